//! All that a header from the server may hold, and the queued messages made of it.

use serde::Deserialize;
use serde_json::value::RawValue;

use crate::{Message, OhiChange, Stamp};

#[derive(Deserialize)]
pub(super) struct Fields {
    pub op: String,
    pub act: Option<String>,
    pub alias: Option<String>,
    pub auth: Option<u8>,
    pub authby: Option<Box<RawValue>>,
    pub datahead: Option<u64>,
    pub datalen: Option<u64>,
    pub datasum: Option<u32>,
    pub error: Option<String>,
    #[serde(rename = "for")]
    pub to_list: Option<Vec<Entry>>,
    pub from: Option<String>,
    pub gid: Option<String>,
    pub headsum: Option<u32>,
    pub id: Option<String>,
    pub msgid: Option<String>,
    pub name: Option<String>,
    pub newalias: Option<String>,
    pub newnode: Option<String>,
    pub nodeid: Option<String>,
    pub notify: Option<u64>,
    pub ohi: Option<Vec<String>>,
    pub posted: Option<String>,
    pub postid: Option<String>,
    pub status: Option<u8>,
    pub to: Option<String>,
    #[serde(rename = "type")]
    pub kind: Option<String>,
    pub uid: Option<String>,
}

#[derive(Deserialize)]
pub(super) struct Entry {
    id: String,
}

impl Fields {
    /// What every queued message has.
    pub fn stamp(&self) -> Option<Stamp> {
        Some(Stamp {
            id: self.id.as_ref()?.parse().ok()?,
            from: self.from.clone()?,
            posted: self.posted.as_ref()?.parse().ok()?,
            data_len: self.datalen.unwrap_or(0),
        })
    }

    /// The queued message that the op names, when all is there that it needs.
    pub fn message(&self) -> Option<Message> {
        Some(match self.op.as_str() {
            "login" => Message::Login,
            "user" => self.user()?,
            "ohiedit" => Message::OhiEdit {
                who: self.to_list.as_ref()?.iter().map(|entry| entry.id.clone()).collect(),
                change: OhiChange::from_name(self.kind.as_ref()?)?,
            },
            "invite" => {
                Message::Invite { gid: self.gid.clone()?, alias: self.alias.clone()?, to: self.to.clone()? }
            }
            "member" => self.member()?,
            "delivery" => {
                Message::Delivery { datahead: self.datahead, datasum: self.datasum, notify: self.notify }
            }
            "notify" => Message::Notify {
                postid: self.postid.as_ref()?.parse().ok()?,
                datahead: self.datahead,
                datasum: self.datasum,
            },
            "ping" => Message::Ping { alias: self.alias.clone()?, to: self.to.clone()? },
            _ => return None,
        })
    }

    fn user(&self) -> Option<Message> {
        Some(match self.newalias.clone() {
            Some(newalias) => Message::UserAlias { newalias },
            None => Message::UserNode { newnode: self.newnode.clone()?, nodeid: self.nodeid.clone()? },
        })
    }

    fn member(&self) -> Option<Message> {
        let act = self.act.as_ref()?;
        Some(Message::Member {
            act: ["invite", "join", "alias", "drop"].into_iter().find(|known| known == act)?,
            gid: self.gid.clone()?,
            alias: self.alias.clone()?,
            newalias: self.newalias.clone(),
        })
    }
}
