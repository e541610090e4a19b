//! The rows, as those above see them.

use std::collections::HashSet;

use bytes::Bytes;
use tmtp_wire::{MsgId, Posted};

use crate::SiteSettings;

/// A site's id.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SiteId(pub i64);

/// A node's id: unique in the store, never used again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct NodeId(pub i64);

/// A member, by site and uid.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct MemberKey {
    /// Its site.
    pub site: SiteId,
    /// Its uid.
    pub uid: String,
}

/// A site to add.
#[derive(Debug, Clone, PartialEq)]
pub struct NewSite {
    /// Shown to clients in `tmtprev`.
    pub name: String,
    /// Host names that lead to it, in lower case; each leads to one site only.
    pub hosts: Vec<String>,
    /// Policy and limits.
    pub settings: SiteSettings,
}

/// A site.
#[derive(Debug, Clone, PartialEq)]
pub struct Site {
    /// Its id.
    pub id: SiteId,
    /// Shown to clients in `tmtprev`.
    pub name: String,
    /// Host names that lead to it, in lower case.
    pub hosts: Vec<String>,
    /// Nobody may register or log in.
    pub suspended: bool,
    /// Policy and limits.
    pub settings: SiteSettings,
    /// When it was added: milliseconds since 1970.
    pub created_ms: i64,
}

/// The shard that has the directory of sites, and the rows of those that are in no other.
pub const MAIN_SHARD: &str = "main";

/// In which database the own rows of a site are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Placement {
    /// The shard.
    pub shard: String,
    /// The shard that they are being taken to.
    pub moving_to: Option<String>,
}

/// A session: one link of a node, from login to its end or to the node's next login.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Session {
    /// The member's site.
    pub site: SiteId,
    /// The node.
    pub node: NodeId,
    /// Which login of the node.
    pub epoch: i64,
    /// The member.
    pub uid: String,
}

/// What beginning a session found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Begun {
    /// The new session's epoch.
    pub epoch: i64,
    /// The edge that held the node before, if one did.
    pub former_edge: Option<String>,
    /// Whether that former session had sent OhiEdit.
    pub former_ohi: bool,
}

/// What members of a site sent at a time, to be added to what the site was used for on that day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sent {
    /// Where.
    pub site: SiteId,
    /// When.
    pub posted: Posted,
    /// How many messages.
    pub messages: u64,
    /// Octets of their data.
    pub octets: u64,
}

/// How a session stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// Valid; nothing waits.
    Idle,
    /// Valid; something waits.
    Waiting,
    /// Over: the node logged in anew.
    Fenced,
    /// Over: the node, its member or its site may not be connected here any more.
    ShutOut,
}

/// A live node.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Node {
    /// Its member's site.
    pub site: SiteId,
    /// Its member.
    pub uid: String,
    /// Its id.
    pub node: NodeId,
    /// The edge that holds its session, if one does.
    pub edge: Option<String>,
}

/// A node that is connected.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Connected {
    /// Its member's site.
    pub site: SiteId,
    /// Its id.
    pub node: NodeId,
    /// The edge that holds its session.
    pub edge: String,
    /// That session: which login of the node.
    pub epoch: i64,
    /// Whether hints were lost a short time ago ([`Store::note_lost_hints`](crate::Store::note_lost_hints)): it may not
    /// have been told of what waits for it, so nothing must be sent to it ahead of its queue.
    pub hints_lost: bool,
}

/// Members as they were looked for.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Found {
    /// Those who exist and are not suspended.
    pub active: HashSet<MemberKey>,
    /// Their live nodes, in ascending order of node.
    pub nodes: Vec<Node>,
}

/// What waits for a node.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Queued {
    /// The node.
    pub node: NodeId,
    /// Its entries, counted up to the limit asked for.
    pub entries: u32,
    /// Octets of the entries counted.
    pub octets: u64,
}

/// A node to add.
#[derive(Debug, Clone)]
pub struct NewNode {
    /// Its member.
    pub member: MemberKey,
    /// What its member calls it.
    pub label: String,
    /// SHA-256 of its secret.
    pub secret_hash: Vec<u8>,
    /// Now.
    pub now_ms: i64,
}

/// Who a member is at a provider that vouches for it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Identity {
    /// The provider's issuer.
    pub issuer: String,
    /// SHA-256 of the token's subject: enough to tell whether it is the same person again. Empty: who it was is forgotten.
    pub subject_hash: Vec<u8>,
}

impl Identity {
    /// Whether an administrator let go of who it was: the next one to sign in by a node of the member's is the member.
    pub fn is_forgotten(&self) -> bool {
        self.subject_hash.is_empty()
    }
}

/// How a member signed in last, by one of its nodes.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct SignIn {
    /// Who the member is; `None` when no provider vouched for it.
    pub identity: Option<Identity>,
    /// When the node's member showed a token; `None` when it never did.
    pub at_ms: Option<i64>,
}

/// What a name stands for.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Name {
    /// The site.
    pub site: SiteId,
    /// The name, exactly.
    pub name: String,
    /// Whose it is.
    pub owner: Owner,
}

/// An invitation's id.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct InvitationId(pub i64);

/// Aliases and groups share one name space.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Owner {
    /// An alias of this uid.
    Member(String),
    /// A group.
    Group,
    /// Nobody's, and never to be given again.
    Retired,
}

/// Somebody in a group.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GroupMember {
    /// The site.
    pub site: SiteId,
    /// The group.
    pub gid: String,
    /// Who.
    pub uid: String,
    /// The alias that the group knows them by.
    pub alias: String,
    /// How they stand.
    pub status: GroupStatus,
}

/// What an administrator did and devices are to be told of, as if a member had asked for it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Notice {
    /// A member was given an alias.
    Alias {
        /// Who.
        uid: String,
        /// The alias.
        alias: String,
    },
    /// A member was taken out of a group, which may be gone itself.
    Drop {
        /// Who.
        uid: String,
        /// The group.
        gid: String,
        /// The alias that the group knew them by.
        alias: String,
    },
}

/// How somebody stands in a group.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum GroupStatus {
    /// May join, and post.
    Invited,
    /// Receives, posts, invites and drops.
    Joined,
    /// Out until invited again.
    Barred,
}

/// Names a request of a node: SHA-256 over op, id and content, cut to 16 octets.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RequestKey {
    /// The site.
    pub site: SiteId,
    /// The node that asked.
    pub node: NodeId,
    /// The digest.
    pub digest: [u8; 16],
}

/// A request about to be carried out.
#[derive(Debug, Clone)]
pub struct RequestClaim {
    /// Which.
    pub key: RequestKey,
    /// The epoch of the session that asks.
    pub epoch: i64,
    /// The id and time to answer with. The id is new: no other claim ever had it.
    pub recorded: Recorded,
    /// The highest id whose ack was written to the link of this session.
    pub acked_through: MsgId,
}

/// What a request was answered with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Recorded {
    /// Its id.
    pub id: MsgId,
    /// When it was taken.
    pub posted: Posted,
}

/// What waits for nodes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Backlog {
    /// Entries.
    pub entries: u64,
    /// Octets of data that they stand for: a message that waits for two nodes counts twice.
    pub octets: u64,
    /// The lowest id among their messages.
    pub oldest: Option<MsgId>,
}

impl Backlog {
    /// Adds what waits in another database.
    pub(crate) fn add(&mut self, other: Self) {
        self.entries += other.entries;
        self.octets += other.octets;
        self.oldest = self.oldest.into_iter().chain(other.oldest).min();
    }
}

/// Where the data of a message is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Body {
    /// In the message's row.
    Inline(Bytes),
    /// In the body store.
    Blob {
        /// Its key there.
        key: String,
        /// Its length.
        octets: u64,
    },
}

impl Body {
    /// Octets of data.
    pub fn octets(&self) -> u64 {
        match self {
            Self::Inline(data) => data.len() as u64,
            Self::Blob { octets, .. } => *octets,
        }
    }
}

/// A message to add.
#[derive(Debug, Clone)]
pub struct NewMessage {
    /// The site.
    pub site: SiteId,
    /// Its id, new at this site.
    pub id: MsgId,
    /// When it was taken.
    pub posted: Posted,
    /// The framed header, ready to send.
    pub head: Bytes,
    /// Its data.
    pub body: Body,
    /// Goes ahead of those that are not urgent.
    pub urgent: bool,
}

/// An entry to add: a message waits for a node.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NewEntry {
    /// Index of its message in the same call.
    pub message: usize,
    /// The node.
    pub node: NodeId,
}

/// A look at a node's queue.
#[derive(Debug, Clone)]
pub struct QueueRead {
    /// The session that reads.
    pub session: Session,
    /// Ids to leave out.
    pub skip: Vec<MsgId>,
    /// Most entries wanted.
    pub max_entries: u32,
    /// Most octets of inline bodies wanted.
    pub max_octets: u64,
}

/// What a look at a queue found.
#[derive(Debug, Clone, Default)]
pub struct QueuePage {
    /// The session is over; nothing else is set.
    pub fenced: bool,
    /// In the order of section 5: urgent ones first, the others by id.
    pub entries: Vec<QueueEntry>,
    /// There is more.
    pub more: bool,
}

/// A message that waits for a node.
#[derive(Debug, Clone)]
pub struct QueueEntry {
    /// Its id.
    pub id: MsgId,
    /// Goes ahead of those that are not.
    pub urgent: bool,
    /// The framed header, ready to send.
    pub head: Bytes,
    /// Its data.
    pub body: Body,
}

/// Ids that a session's node has acked.
#[derive(Debug, Clone)]
pub struct NodeAcks {
    /// The session.
    pub session: Session,
    /// The ids, in any order, some perhaps unknown or repeated.
    pub ids: Vec<MsgId>,
}

/// A message that came to none of the devices of somebody it was for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Undelivered {
    /// Its id.
    pub id: MsgId,
    /// When it was taken.
    pub posted: Posted,
    /// Its framed header.
    pub head: Bytes,
    /// To whom it did not come.
    pub uid: String,
    /// What they are called.
    pub alias: Option<String>,
}

/// What waited for too long, and waits no more.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Expired {
    /// Entries removed.
    pub entries: u64,
    /// Blobs to delete after the commit.
    pub blobs: Vec<String>,
    /// In ascending order of id.
    pub undelivered: Vec<Undelivered>,
}

/// What was taken off queues.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Removed {
    /// Entries that were there.
    pub entries: u64,
    /// Blobs of messages that went with them: to be deleted after the commit.
    pub blobs: Vec<String>,
}

/// What a sweep removed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Swept {
    /// Messages without entries.
    pub messages: u64,
    /// Entries without a message or a live node.
    pub entries: u64,
    /// Blobs to delete.
    pub blobs: Vec<String>,
}
