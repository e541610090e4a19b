//! People who administer.

use serde_json::{Value, json};

use super::{
    Desk,
    args::{OneUser, UserCommand},
    search,
};

const FIELDS: [&str; 7] = ["id", "email", "name", "role", "suspended", "has_totp", "signed_in_at"];

impl Desk {
    pub(super) async fn user(&self, command: UserCommand) -> anyhow::Result<()> {
        match command {
            UserCommand::List { owner, some } => {
                let path = format!("{}/users", self.owner_path(&owner).await?);
                self.all(&self.http.list(&path, &search(some.search), some.most).await?, &FIELDS);
            }
            UserCommand::Invite { owner, email, name, role } => {
                let path = format!("{}/users", self.owner_path(&owner).await?);
                let body = json!({"email": email, "name": name, "role": role});
                self.linked(&self.http.create(&path, &body).await?);
            }
            UserCommand::Show(user) => self.one(&self.http.get(&self.user_path(&user).await?).await?),
            UserCommand::Set { user, name, role } => {
                let mut body = json!({});
                for (key, value) in [("name", name), ("role", role)] {
                    if let Some(value) = value {
                        body[key] = value.into();
                    }
                }
                self.change_user(&user, &body).await?;
            }
            UserCommand::Suspend(user) => self.change_user(&user, &json!({"suspended": true})).await?,
            UserCommand::Resume(user) => self.change_user(&user, &json!({"suspended": false})).await?,
            UserCommand::Remove(user) => {
                self.http.delete(&self.user_path(&user).await?).await?;
                self.done("removed");
            }
            UserCommand::Unlink(user) => {
                self.http.delete(&format!("{}/identities", self.user_path(&user).await?)).await?;
                self.done("unlinked");
            }
            UserCommand::TakeTotp(user) => {
                self.http.delete(&format!("{}/totp", self.user_path(&user).await?)).await?;
                self.done("taken");
            }
            UserCommand::Link(user) => {
                let path = format!("{}/link", self.user_path(&user).await?);
                self.linked(&self.http.act(&path).await?);
            }
        }
        Ok(())
    }

    async fn user_path(&self, user: &OneUser) -> anyhow::Result<String> {
        Ok(format!("{}/users/{}", self.owner_path(&user.owner).await?, user.user))
    }

    async fn change_user(&self, user: &OneUser, body: &Value) -> anyhow::Result<()> {
        let path = self.user_path(user).await?;
        let read = self.http.read(&path).await?;
        self.one(&self.http.change(&path, &read, body).await?);
        Ok(())
    }

    fn linked(&self, user: &Value) {
        self.one(user);
        self.done(match (user["mailed"] == true, user["link"].is_string()) {
            (true, _) => "\nthe link goes to them by mail",
            (false, true) => "\nthe link is shown this once: give it to them by a way that you trust",
            (false, false) if user["mail"].is_null() => {
                "\nthe link was shown before: make a new one (tmtpd admin user link)"
            }
            (false, false) => {
                "\nthe link could not be mailed: make a new one in a minute (tmtpd admin user link)"
            }
        });
    }
}
