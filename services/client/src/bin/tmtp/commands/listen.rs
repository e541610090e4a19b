//! `tmtp listen`
//!
//! Each message is saved, shown, written to the history, and acked, in this order. What fails before the history
//! knows it comes again; what the history knows is acked again without being shown twice.

use std::time::Duration;

use serde_json::{Value, json};
use tmtp_client::{Client, Error, Event, Events, Message, Received};
use tokio::{io::AsyncReadExt, time::timeout};

use super::{add, message, node, ohi};
use crate::{
    args::{Common, Listen},
    contacts::Contacts,
    failure::{Code, Failure},
    history::History,
    inbox::Inbox,
    profile::{AddedNode, Held},
    screen::Screen,
    session::{Desk, interrupted, settings},
};

pub async fn run(common: &Common, args: &Listen, screen: &Screen) -> Result<(), Failure> {
    let held = Desk::open(common)?.held;
    let mut settings = settings(common)?;
    settings.presence.clone_from(&held.stored.presence);
    let inbox = Inbox::open(&args.save.clone().unwrap_or_else(|| held.inbox()), &held.name)?;
    let (history, contacts) = (held.history()?, held.contacts()?);
    let (client, mut events) = Client::connect(&held.stored.account, settings).await?;
    let quiet = args.once.then_some(args.quiet);
    let mut listener =
        Listener { held, inbox, history, contacts, client, screen: *screen, quiet, left: args.count };
    let end = {
        let time_over = async {
            match common.timeout {
                Some(limit) => tokio::time::sleep(limit).await,
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            end = listener.listen(&mut events) => end,
            () = time_over => Ok(()),
            () = interrupted() => return listener.goodbye(events).await,
        }
    };
    let missing = listener.left.filter(|left| *left > 0);
    listener.goodbye(events).await?;
    end?;
    match missing {
        None => Ok(()),
        Some(left) => Err(Failure::new(Code::TimedOut, format!("{left} more should have come"))),
    }
}

struct Listener {
    held: Held,
    inbox: Inbox,
    history: History,
    contacts: Contacts,
    client: Client,
    screen: Screen,
    /// Ends after so long a silence.
    quiet: Option<Duration>,
    /// Ends after so many messages.
    left: Option<u64>,
}

impl Listener {
    /// May be dropped at any point: nothing is acked but what is safe.
    async fn listen(&mut self, events: &mut Events) -> Result<(), Failure> {
        while self.left != Some(0) {
            let next = match self.quiet {
                Some(quiet) => match timeout(quiet, events.next()).await {
                    Ok(next) => next,
                    Err(_) => return Ok(()),
                },
                None => events.next().await,
            };
            match next {
                Some(Ok(event)) => self.event(event).await?,
                Some(Err(error)) => return Err(error.into()),
                None => return Ok(()),
            }
        }
        Ok(())
    }

    async fn goodbye(self, events: Events) -> Result<(), Failure> {
        // What comes now is skipped, and stays at the site.
        drop(events);
        // An ack that is lost with the link costs nothing: the history knows the message.
        let _ = self.client.close().await;
        Ok(())
    }

    async fn event(&mut self, event: Event) -> Result<(), Failure> {
        match event {
            Event::Message(received) => match self.message(received).await {
                // The link went away under the body. It comes again.
                Err(failure) if failure.code == Code::Unreachable => Ok(()),
                result => result,
            },
            Event::Connected { site_name, online } => {
                self.held.change(|stored| {
                    let before = std::mem::replace(&mut stored.account.site_name, site_name.clone());
                    before != site_name
                })?;
                let object = json!({"event": "connected", "site_name": site_name, "online": online});
                self.about_link(&object, &format!("connected to {site_name}"))
            }
            Event::Disconnected { error, retry_in } => {
                let wait = retry_in.as_secs_f64();
                let object = json!({"event": "disconnected", "error": error.to_string(), "retry_in": wait});
                self.about_link(&object, &format!("no connection: {error}; trying again in {wait:.1} s"))
            }
            Event::Presence { uid, online } => {
                let state = if online { "online" } else { "offline" };
                let alias = self.contacts.alias_of(&uid);
                let object = json!({"event": "presence", "uid": uid, "alias": alias, "state": state});
                self.screen.show(&object, || format!("{state}: {}", alias.unwrap_or(&uid)))
            }
            Event::PresenceRefused { error } => {
                self.screen.remark(&format!("presence does not work: {error}"));
                Ok(())
            }
            Event::Unknown { op, .. } => {
                self.screen.remark(&format!("a message of the unknown kind \"{op}\" stays at the site"));
                Ok(())
            }
            _ => Ok(()),
        }
    }

    /// For people this is beside the point; scripts may want it.
    fn about_link(&self, object: &Value, text: &str) -> Result<(), Failure> {
        if self.screen.is_json() {
            return self.screen.show(object, String::new);
        }
        self.screen.remark(text);
        Ok(())
    }

    async fn message(&mut self, mut received: Received) -> Result<(), Failure> {
        let id = received.stamp.id;
        if !self.history.has(id) {
            let object = self.keep(&mut received).await?;
            self.show(&received.message, &object)?;
            self.history.add(id, &object)?;
            let speaks = !matches!(
                received.message,
                Message::Login
                    | Message::UserAlias { .. }
                    | Message::UserNode { .. }
                    | Message::OhiEdit { .. }
            );
            if speaks {
                self.left = self.left.map(|left| left.saturating_sub(1));
            }
        }
        self.client.ack(id).await;
        Ok(())
    }

    fn show(&self, message: &Message, object: &Value) -> Result<(), Failure> {
        let lines = || message::lines(object, &self.contacts, &self.held.stored.account.uid);
        match message {
            // Every command causes one.
            Message::Login => self.about_link(object, &lines()),
            _ => self.screen.show(object, lines),
        }
    }

    /// Puts on disk what a message brought; gives the object that stands for it.
    async fn keep(&mut self, received: &mut Received) -> Result<Value, Failure> {
        let (id, object) = (received.stamp.id, message::describe(received));
        match received.message.clone() {
            Message::Delivery { datahead, datasum, .. } | Message::Notify { datahead, datasum, .. } => {
                match self.inbox.saved(id) {
                    Some(saved) => Ok(saved),
                    None => self.inbox.save(id, object, &mut received.body, datahead, datasum).await,
                }
            }
            Message::Ping { alias, to } => {
                self.learn(&alias, &to, &received.stamp.from)?;
                with_text(object, received).await
            }
            Message::Invite { gid, alias, to } => {
                let own = self.learn(&alias, &to, &received.stamp.from)?;
                self.held.change(|stored| stored.groups.insert(gid, own.clone()) != Some(own))?;
                with_text(object, received).await
            }
            Message::UserAlias { newalias } => {
                self.held.change(|stored| add(&mut stored.account.aliases, &newalias))?;
                Ok(object)
            }
            Message::UserNode { newnode, nodeid } => {
                let added = AddedNode { id: id.to_string(), label: newnode, secret: nodeid };
                // A device's own node needs no keeping; it cannot be told by its label, but by its secret.
                if added.secret != self.held.stored.account.node {
                    node::keep(&mut self.held, &added)?;
                }
                Ok(object)
            }
            Message::OhiEdit { who, change } => {
                self.held.change(|stored| ohi::apply(&mut stored.presence, &who, change))?;
                Ok(object)
            }
            Message::Login | Message::Member { .. } => Ok(object),
        }
    }

    /// Who speaks to which of our aliases; gives ours. What another device of ours said shows one as well.
    fn learn(&mut self, alias: &str, to: &str, uid: &str) -> Result<String, Failure> {
        let is_ours = uid == self.held.stored.account.uid;
        let own = if is_ours { alias } else { to };
        self.held.change(|stored| add(&mut stored.account.aliases, own))?;
        if !is_ours && !self.contacts.learn(alias, uid)? {
            self.screen.remark(&format!(
                "\"{alias}\" is the contact {}, but this is from {uid}; see tmtp contacts",
                self.contacts.resolve(alias).unwrap_or_default()
            ));
        }
        Ok(own.to_owned())
    }
}

/// Pings and invitations are short, whatever their header says.
async fn with_text(mut object: Value, received: &mut Received) -> Result<Value, Failure> {
    let mut text = Vec::new();
    let limit = 4096;
    (&mut received.body)
        .take(limit)
        .read_to_end(&mut text)
        .await
        .map_err(|_| Failure::from(Error::Lost("in the middle of a message".into())))?;
    object["text"] = json!(String::from_utf8_lossy(&text));
    Ok(object)
}
