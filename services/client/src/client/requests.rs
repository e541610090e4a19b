//! The requests that members make, by name.

use tmtp_wire::{GroupAct, OhiChange, Receipt, Recipient, UserEdit};

use super::Client;
use crate::{Error, Notification, Outgoing, letter::Packed};

/// Every one of these fails as [`Client::request`] does.
impl Client {
    /// Posts to members and groups.
    ///
    /// # Errors
    /// As [`Client::request`].
    pub async fn post(&self, to: Vec<Recipient>, content: Packed) -> Result<Receipt, Error> {
        self.send(Ok(Outgoing::post(to, content))).await
    }

    /// Posts, with a notification to more people.
    ///
    /// # Errors
    /// As [`Client::request`].
    pub async fn post_notify(
        &self,
        to: Vec<Recipient>,
        content: Packed,
        notification: Notification,
    ) -> Result<Receipt, Error> {
        self.send(Ok(Outgoing::post_notify(to, content, notification))).await
    }

    /// Pings somebody by alias: the way to make oneself known.
    ///
    /// # Errors
    /// As [`Client::request`]; [`Error::Request`] when the text is too long.
    pub async fn ping(&self, from: &str, to: &str, text: &str) -> Result<Receipt, Error> {
        self.send(Outgoing::ping(from, to, text)).await
    }

    /// Invites somebody to a group, which is created when its name is free.
    ///
    /// # Errors
    /// As [`Client::request`]; [`Error::Request`] when the text is too long.
    pub async fn group_invite(&self, gid: &str, from: &str, to: &str, text: &str) -> Result<Receipt, Error> {
        self.send(Outgoing::group_invite(gid, from, to, text)).await
    }

    /// Joins or leaves a group, changes an alias in it, or drops a member from it.
    ///
    /// # Errors
    /// As [`Client::request`].
    pub async fn group_edit(&self, gid: &str, act: GroupAct) -> Result<(), Error> {
        self.request(&Outgoing::group_edit(gid, act)).await.map(drop)
    }

    /// Takes another alias.
    ///
    /// # Errors
    /// As [`Client::request`].
    pub async fn add_alias(&self, alias: &str) -> Result<(), Error> {
        self.request(&Outgoing::user_edit(UserEdit::NewAlias(alias.into()))).await.map(drop)
    }

    /// Adds a node. Its secret follows as a queued message, `user` with `newnode`.
    ///
    /// # Errors
    /// As [`Client::request`].
    pub async fn add_node(&self, label: &str) -> Result<(), Error> {
        self.request(&Outgoing::user_edit(UserEdit::NewNode(label.into()))).await.map(drop)
    }

    /// Changes whom to tell when this member comes and goes; links made later start with the changed list.
    ///
    /// # Errors
    /// As [`Client::request`].
    pub async fn ohi_edit(&self, who: Vec<String>, change: OhiChange) -> Result<(), Error> {
        self.request(&Outgoing::ohi_edit(who.clone(), change)).await?;
        self.shared.change_presence(|list| {
            if change == OhiChange::Init {
                list.clear();
            }
            list.retain(|uid| !who.contains(uid));
            if change != OhiChange::Drop {
                list.extend(who);
            }
        });
        Ok(())
    }

    async fn send(&self, outgoing: Result<Outgoing, Error>) -> Result<Receipt, Error> {
        let receipt = self.request(&outgoing?).await?;
        receipt.ok_or_else(|| Error::Protocol("an ack without the message's id".into()))
    }
}
