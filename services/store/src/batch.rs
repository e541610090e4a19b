//! A batch: requests that are carried out together or not at all, in as few ways to the database as it can be done.

use crate::{Connected, MemberKey, NewEntry, NewMessage, NodeId, Recorded, RequestClaim, Sent};

/// An active member and its live nodes, in ascending order, as whoever decides on a batch takes them to be.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Believed {
    /// The member.
    pub member: MemberKey,
    /// Its nodes.
    pub nodes: Vec<NodeId>,
}

/// Requests to record, and the messages that they make.
#[derive(Debug, Clone, Copy)]
pub struct Batch<'a> {
    /// Everybody concerned, each once, in ascending order: at this moment it must be so, else nothing happens.
    pub believed: &'a [Believed],
    /// The requests, each key once, in ascending order of key. As for [`crate::Tx::claim_requests`].
    pub claims: &'a [RequestClaim],
    /// Indices of claims that leave no record, unless there is one already: they were refused, and may be asked again.
    pub refused: &'a [usize],
    /// The messages.
    pub messages: &'a [NewMessage],
    /// For each message the index of its claim. It is added where that claim is new.
    pub claim_of: &'a [usize],
    /// The entries of the messages.
    pub entries: &'a [NewEntry],
    /// What the sites were used for, each with the index of its claim. It is counted where that claim is new.
    pub sent: &'a [(usize, Sent)],
}

/// What became of a batch.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Committed {
    /// Nothing: somebody concerned has other nodes than was believed, or may not act any more.
    Stale,
    /// It is durable.
    Done {
        /// For each claim what was recorded earlier; its messages were not added. `None`: it was new.
        before: Vec<Option<Recorded>>,
        /// Who among the receivers was connected after the commit, and where.
        connected: Vec<Connected>,
    },
}
