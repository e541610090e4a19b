//! Requests that change members, groups or presence: one transaction each.

mod edit;
mod end;
pub(crate) mod group_edit;
mod group_invite;
pub(crate) mod notice;
mod ohi_edit;
mod user_edit;

use std::sync::Arc;

use bytes::Bytes;
use tmtp_store::Recorded;
use tmtp_wire::{GroupAct, OhiChange, UserEdit};

pub(crate) use end::{AT_ONCE, Record, end, end_edge};

use crate::{ask::Asked, core::Core, fault::Fault};

/// A request of this kind.
#[derive(Debug, Clone)]
pub(crate) enum Change {
    User(UserEdit),
    Ohi { who: Vec<String>, change: OhiChange },
    Invite(Invite),
    Group { gid: String, act: GroupAct },
}

/// A GroupInvite.
#[derive(Debug, Clone)]
pub(crate) struct Invite {
    pub gid: String,
    pub from: String,
    pub to: String,
    pub text: Bytes,
}

/// Carries it out, or answers as before where it was carried out before.
pub(crate) async fn carry_out(core: Arc<Core>, asked: Asked, change: Change) -> Result<Recorded, Fault> {
    match change {
        Change::User(UserEdit::NewAlias(alias)) => user_edit::new_alias(&core, asked, alias).await,
        Change::User(UserEdit::NewNode(label)) => user_edit::new_node(&core, asked, label).await,
        Change::Ohi { who, change } => ohi_edit::edit(&core, asked, who, change).await,
        Change::Invite(invite) => group_invite::invite(&core, asked, invite).await,
        Change::Group { gid, act } => group_edit::edit(&core, asked, gid, act).await,
    }
}
