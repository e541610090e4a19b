//! Links as they are shown, and the letters that carry them.

use tmtp_platform::Secret;
use tmtp_store::admin::{MailOf, User};

use super::Purpose;
use crate::mail::{Letter, Link, Mailer};

/// Writes letters with links that begin with the console's address.
#[derive(Clone)]
pub struct Letters {
    mailer: Mailer,
    base: String,
}

impl Letters {
    /// Sends by `mailer`; links begin with `public_url`.
    pub fn new(mailer: Mailer, public_url: &str) -> Self {
        Self { mailer, base: public_url.to_owned() }
    }

    /// Whether letters are sent at all.
    pub fn are_sent(&self) -> bool {
        self.mailer.is_set()
    }

    /// Sends a link to whom it is for; `false` when no mail is sent. `org` is the organization's name, if it is not the
    /// provider.
    pub fn send(&self, user: &User, org: Option<&str>, purpose: Purpose, token: &Secret) -> bool {
        let url = link_url(&self.base, token);
        let letter = match purpose {
            Purpose::Reset | Purpose::Forgotten => reset(user, org, url),
            _ => invitation(user, org, url),
        };
        // Those that an administrator had sent are noted with the person; what came of one that somebody asked for at the door
        // is nobody else's business.
        let of = MailOf { org: user.org, site: None, id: user.id.0 };
        self.mailer.send_of(user.org, letter, Some(of).filter(|_| purpose != Purpose::Forgotten))
    }
}

impl Letters {
    /// Tells somebody that their second factor was taken from them, which whoever has their password would want.
    pub fn tell_totp_taken(&self, user: &User, by: &str) -> bool {
        let letter = Letter {
            to: user.email.clone(),
            subject: "Your second factor was taken away".to_owned(),
            before: vec![
                greeting(user),
                format!(
                    "{by} took the second factor from your account {}: your password alone lets you in now.",
                    user.email
                ),
                "If you asked for it, set up another one under Account.".to_owned(),
            ],
            link: Some(Link { label: "Sign in".to_owned(), url: format!("{}/", self.base) }),
            after: vec![
                "If you did not, choose a new password at once, and ask the other owners what happened."
                    .to_owned(),
            ],
        };
        self.mailer.send(user.org, letter)
    }
}

/// Where a link leads to.
pub fn link_url(public_url: &str, token: &Secret) -> String {
    // After the # a browser keeps it to itself: it stands in no log of a server.
    format!("{public_url}/#/welcome/{}", token.expose())
}

fn service(org: Option<&str>) -> String {
    org.map_or_else(|| "a TMTP service".to_owned(), |org| format!("{org} at its TMTP service"))
}

fn invitation(user: &User, org: Option<&str>, url: String) -> Letter {
    let what = service(org);
    Letter {
        to: user.email.clone(),
        subject: format!("Your account for {}", org.unwrap_or("the TMTP service")),
        before: vec![
            greeting(user),
            format!("you were invited to administer {what}, in the role of {}.", user.role),
            "Follow this link to choose a password and sign in.".to_owned(),
        ],
        link: Some(Link { label: "Choose a password".to_owned(), url }),
        after: vec![
            "It is good for seven days and works once.".to_owned(),
            "If you expected no such mail, ignore it: nobody gets in without the link.".to_owned(),
        ],
    }
}

fn reset(user: &User, org: Option<&str>, url: String) -> Letter {
    let (what, which) = (service(org), if user.has_password { "new" } else { "first" });
    Letter {
        to: user.email.clone(),
        subject: format!("A {which} password for your account for {}", org.unwrap_or("the TMTP service")),
        before: vec![
            greeting(user),
            format!(
                "somebody asked for a {which} password for the account {}, with which you administer {what}.",
                user.email
            ),
            "If it was you, or you asked for it, follow this link to choose one.".to_owned(),
        ],
        link: Some(Link { label: "Choose a password".to_owned(), url }),
        after: vec![
            "It is good for an hour and works once. Your sessions elsewhere end when you use it.".to_owned(),
            "If it was not you, ignore this mail: nothing changes.".to_owned(),
        ],
    }
}

fn greeting(user: &User) -> String {
    if user.name.is_empty() { "Hello,".to_owned() } else { format!("Hello {},", user.name) }
}
