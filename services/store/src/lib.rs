//! Everything durable: sites, members, nodes, names, groups, queues, sessions and bodies.
//!
//! A [`Store`] is Postgres or SQLite; nothing above this crate knows which. It holds no rules of the
//! protocol: those are delivery's, which reads and writes in a transaction ([`Tx`]) made of small steps.
//! Steps on the path of a message take many rows at once, so that one transaction carries many messages.

pub mod admin;
pub mod backup;
mod batch;
mod bodies;
pub mod body;
mod certificates;
mod error;
mod latency;
mod looks;
mod migration;
pub mod model;
mod options;
mod postgres;
mod providers;
pub mod settings;
pub mod shards;
pub mod sign_in;
mod sql;
mod sqlite;
mod steps;
mod text;

use std::{
    collections::{BTreeMap, HashSet},
    sync::Arc,
    time::Duration,
};

use async_trait::async_trait;
use bytes::Bytes;
use tmtp_wire::MsgId;

pub use admin::Admin;
pub use batch::{Batch, Believed, Committed};
pub use bodies::{BodyKind, BodyOptions, S3Options, open_bodies};
pub use body::{Bodies, BodyWriter, CHUNK_OCTETS};
pub use certificates::{Certificate, Pair, PrivateKey};
pub use error::{Error, Result};
pub use latency::{Deliveries, LATENCY_BOUNDS_MS, Latency};
pub use looks::mixes_scripts;
pub use migration::MigrationReport;
pub use model::*;
pub use options::StoreOptions;
pub use providers::{Provider, ProviderId, ProviderSettings};
pub use settings::{LoginConflict, Lookalikes, NameFault, Registration, SiteSettings};

/// Opens the store that the URL names. [`Error::Outdated`] when its schema is behind; SQLite's is brought up to date.
pub async fn open(options: &StoreOptions) -> Result<Arc<dyn Store>> {
    options.check()?;
    Ok(match options.kind()? {
        options::Kind::Postgres => Arc::new(postgres::PgStore::open(options).await?),
        options::Kind::Sqlite => Arc::new(sqlite::SqliteStore::open(options).await?),
    })
}

/// Brings the schema up to date. Two who do so at once do not get into one another's way.
pub async fn migrate(options: &StoreOptions) -> Result<MigrationReport> {
    options.check()?;
    match options.kind()? {
        options::Kind::Postgres => postgres::migrate(options, None).await,
        options::Kind::Sqlite => sqlite::migrate(options).await,
    }
}

/// Facts about a Postgres server by name, for whoever sees to it: settings such as `synchronous_commit`, and
/// `in_recovery`, `now_ms` (its clock), `connections` (in use), `encrypted` and `local` (this very connection). Nothing
/// for SQLite.
pub async fn examine(options: &StoreOptions) -> Result<BTreeMap<String, String>> {
    options.check()?;
    match options.kind()? {
        options::Kind::Postgres => postgres::examine(options).await,
        options::Kind::Sqlite => Ok(BTreeMap::new()),
    }
}

/// Everything durable. Every call may fail with [`Error::Unavailable`], after which trying again is right.
#[async_trait]
pub trait Store: Send + Sync + 'static {
    /// Begins a transaction at these sites: [`Error::Away`] unless the database is in charge of all of them until its end.
    /// What is done at a site that is not named may come to nothing, since the site may be about to leave: only what ends
    /// sessions, and upkeep. What it wrote is durable once [`Tx::commit`] has returned `Ok`, and gone when it is dropped
    /// before. That the database or a site is away may show with its first step only. Do not drop the future half-way: run
    /// transactions in tasks of their own.
    async fn begin(&self, sites: &[SiteId]) -> Result<Box<dyn Tx>>;

    /// How many transactions can usefully be open at once: 1 where writes are serialized anyway.
    fn writers(&self) -> usize;

    /// Answers when the database does.
    async fn ping(&self) -> Result<()>;

    /// A number that no earlier call was given: names a process for as long as it lives.
    async fn next_instance(&self) -> Result<u64>;

    /// What is kept under this name: `fresh`, unless something was kept before. All processes get the same.
    async fn secret(&self, name: &str, fresh: &[u8]) -> Result<Bytes>;

    // ---- sites

    /// The version of the list of sites: changes with every change to any of them.
    async fn sites_version(&self) -> Result<i64>;
    /// All sites, and the version that they were read at.
    async fn sites(&self) -> Result<(i64, Vec<Site>)>;
    /// Every site with the providers of its organization, in ascending order of both. They are part of what the version
    /// of the sites is about.
    async fn providers(&self) -> Result<Vec<(SiteId, Provider)>>;
    /// The version of each site's own certificate, of the sites that have one, in ascending order. They are part of what the
    /// version of the sites is about.
    async fn certificate_versions(&self) -> Result<Vec<(SiteId, i64)>>;
    /// The certificates of these sites, of those that have one.
    async fn certificates(&self, sites: &[SiteId]) -> Result<Vec<Certificate>>;
    /// Where the own rows of sites are, of those that are not on main or are about to leave it. Part of what the version of
    /// the sites is about.
    async fn placements(&self) -> Result<Vec<(SiteId, Placement)>>;
    /// The public halves of a site's signing keys, each a JWK, newest first.
    async fn public_keys(&self, site: SiteId) -> Result<Vec<String>>;
    /// Adds a site. [`Error::Taken`] when one of its hosts leads elsewhere.
    async fn add_site(&self, site: &NewSite) -> Result<SiteId>;
    /// Replaces what can be changed of a site. [`Error::Taken`] as for `add_site`, [`Error::Absent`] when there is none.
    async fn change_site(&self, site: &Site) -> Result<()>;

    // ---- edges

    /// Records that an edge lives. `false` when it was not on record: new, or taken for dead.
    async fn beat_edge(&self, edge: &str) -> Result<bool>;
    /// Every edge on record with a count that grows with each of its beats.
    async fn edges(&self) -> Result<Vec<(String, i64)>>;

    // ---- the path of a message

    /// For looking outside of a transaction.
    async fn look(&self) -> Result<Box<dyn Look>>;
    /// Commits a batch. [`Error::Away`] unless the database is in charge of all of its sites. [`Error::InDoubt`] when it may have taken effect. Waits for transactions that record the same
    /// requests at this moment, and for those that seized the nodes of a site.
    async fn post(&self, batch: &Batch<'_>) -> Result<Committed>;
    /// As [`Tx::ack`], committed. [`Error::Away`] unless the database is in charge of all of their sites.
    async fn ack(&self, acks: &[NodeAcks]) -> Result<Removed>;
    /// Which of these nodes are connected at this moment, and where.
    async fn connected(&self, nodes: &[(SiteId, NodeId)]) -> Result<Vec<Connected>>;
    /// Some who are connected may not have been told of what waits for them: that shows in what
    /// [`connected`](Self::connected) says to all processes, for so long from now on, by the database's clock.
    async fn note_lost_hints(&self, shows_for: Duration) -> Result<()>;

    // ---- queues, read outside of transactions

    /// What waits for each node, at most `max_octets` of inline bodies in a page (but at least one entry where one waits).
    async fn queues(&self, reads: &[QueueRead]) -> Result<Vec<QueuePage>>;
    /// How each session stands, in order. A session that is valid but whose node names no edge (it was reaped) is
    /// given back to `edge`.
    async fn standings(&self, edge: &str, sessions: &[Session]) -> Result<Vec<Standing>>;
    /// As [`Tx::ohi_from`] for each of these members, in order, of each so many at most.
    async fn online_for(&self, members: &[MemberKey], at_most: u32) -> Result<Vec<Vec<String>>>;
    /// Where the body of a message is that waits for this session's node. `None`: it does not wait there any more.
    async fn body_of(&self, session: &Session, id: MsgId) -> Result<Option<Body>>;

    // ---- upkeep

    /// Forgets requests older than this, at most `limit`; returns how many there were.
    async fn forget_requests(&self, before_ms: i64, limit: u32) -> Result<u64>;
    /// Removes messages posted before this that no entry names, and entries that name no message or no live node;
    /// returns what it removed. Finds only what a defect left behind.
    async fn sweep_orphans(&self, before_ms: i64, limit: u32) -> Result<Swept>;
    /// Notes what names look like that nobody has looked at yet, at most `limit`; returns how many there were.
    async fn look_at_names(&self, limit: u32) -> Result<u64>;
    /// Sites whose administrators did something that members' devices are not told of yet, at most `limit`.
    async fn sites_with_notices(&self, limit: u32) -> Result<Vec<SiteId>>;
    /// Which of these blobs no message names.
    async fn unnamed_blobs(&self, blobs: &[String]) -> Result<Vec<String>>;

    /// Adds to what sites were used for, those that this database is in charge of. Not on the path of a message: whoever
    /// delivers counts for himself, and adds it now and then.
    async fn count_deliveries(&self, deliveries: &[Deliveries]) -> Result<()>;

    /// Looks at what waits, at up to so many entries.
    async fn backlog(&self, entries_max: u32) -> Result<Backlog>;

    // ---- administration

    /// The same store as an administrator sees it.
    fn admin(&self) -> Admin;

    // ---- bodies

    /// The database itself as a store of large bodies, where it can be one.
    fn bodies(&self) -> Option<Arc<dyn Bodies>> {
        None
    }
}

/// Looks at members, names, groups and queues, many at once: in a transaction, or each look by itself.
#[async_trait]
pub trait Look: Send {
    /// What these names stand for, those that are taken.
    async fn names(&mut self, names: &[(SiteId, String)]) -> Result<Vec<Name>>;
    /// Everyone on record in these groups, whatever their status.
    async fn group_members(&mut self, groups: &[(SiteId, String)]) -> Result<Vec<GroupMember>>;
    /// Those of these members who are active, and their live nodes.
    async fn nodes(&mut self, members: &[MemberKey]) -> Result<Found>;
    /// What waits for these nodes, counted up to `count_max` entries each; nodes that do not exist have nothing.
    async fn queued(&mut self, nodes: &[(SiteId, NodeId)], count_max: u32) -> Result<Vec<Queued>>;
    /// How many messages these sites' members have sent on this day, a number of days since 1970; one for each site.
    async fn sent_on(&mut self, sites: &[SiteId], day: i64) -> Result<Vec<(SiteId, u64)>>;
}

/// A transaction. Every step sees what the earlier ones wrote. After an error only dropping it is left.
///
/// Order of locks, to be kept by all who use it: sites, then requests, then tokens and invitations, then members, then
/// names and groups, then notices, then nodes, then messages, then what sites are used for. Steps that take many rows lock them in ascending order of key.
#[async_trait]
pub trait Tx: Look {
    /// Makes it all durable.
    async fn commit(self: Box<Self>) -> Result<()>;

    // ---- locks

    /// Keeps nodes from being added at these sites until the end; any number of transactions may.
    async fn hold_nodes(&mut self, sites: &[SiteId]) -> Result<()>;
    /// Waits for those that hold this site's nodes, and keeps new ones out.
    async fn seize_nodes(&mut self, site: SiteId) -> Result<()>;
    /// Locks members' rows, in ascending order; those that exist.
    async fn lock_members(&mut self, members: &[MemberKey]) -> Result<()>;

    // ---- requests already answered

    /// Records requests, one answer each in order: `None` when it is new, or what was recorded before.
    /// A record of the same epoch with an id at or below `acked_through` is replaced: it was acked.
    /// Waits for transactions that record the same request at this moment. Two equal keys in one call: the second
    /// gets the first one's receipt.
    async fn claim_requests(&mut self, claims: &[RequestClaim]) -> Result<Vec<Option<Recorded>>>;
    /// Takes records back, for requests that were refused after all.
    async fn release_requests(&mut self, keys: &[RequestKey]) -> Result<()>;
    /// The highest id recorded for any node of this member; 0 when there is none.
    async fn last_request(&mut self, member: &MemberKey) -> Result<MsgId>;

    // ---- members, nodes, names, groups

    /// Which of these members exist and are not suspended.
    async fn active_members(&mut self, members: &[MemberKey]) -> Result<HashSet<MemberKey>>;
    /// How many members a site has, counted up to `count_max`.
    async fn count_members(&mut self, site: SiteId, count_max: u32) -> Result<u32>;
    /// How many members came as strangers after this time, counted up to `count_max`.
    async fn count_strangers(&mut self, site: SiteId, since_ms: i64, count_max: u32) -> Result<u32>;
    /// Whoever asks for this at the same site waits for the end of this transaction.
    async fn hold_newcomers(&mut self, site: SiteId) -> Result<()>;
    /// Adds a member without nodes.
    async fn add_member(&mut self, member: &MemberKey, now_ms: i64) -> Result<()>;
    /// The same for one for whom nobody vouches.
    async fn add_stranger(&mut self, member: &MemberKey, now_ms: i64) -> Result<()>;
    /// Adds a live node; its id is new in the whole store.
    async fn add_node(&mut self, node: &NewNode) -> Result<NodeId>;
    /// The live node of this member with this secret, if the member is active.
    async fn find_node(&mut self, member: &MemberKey, secret_hash: &[u8]) -> Result<Option<NodeId>>;
    /// Notes that a node's hash was made by the server that it came from, and not as ours are.
    async fn mark_former_hash(&mut self, site: SiteId, node: NodeId) -> Result<()>;
    /// Whether a member has live nodes with such hashes.
    async fn has_former_hash(&mut self, member: &MemberKey) -> Result<bool>;
    /// Puts a hash of ours in the place of such a one; `false` when the node's is ours already.
    async fn renew_hash(&mut self, site: SiteId, node: NodeId, secret_hash: &[u8]) -> Result<bool>;
    /// How a member signed in last by this node.
    async fn sign_in(&mut self, member: &MemberKey, node: NodeId) -> Result<SignIn>;
    /// Notes that a member signed in by this node, and as whom.
    async fn note_sign_in(
        &mut self,
        member: &MemberKey,
        node: NodeId,
        identity: &Identity,
        now_ms: i64,
    ) -> Result<()>;
    /// Has a node be one whose member signed in when it did by another of its nodes.
    async fn pass_sign_in(&mut self, site: SiteId, from: NodeId, to: NodeId) -> Result<()>;
    /// Ends a node for good: its entries go, and it cannot log in.
    async fn revoke_node(&mut self, site: SiteId, node: NodeId) -> Result<Removed>;
    /// Suspends a member, or ends that.
    async fn suspend_member(&mut self, member: &MemberKey, suspended: bool) -> Result<bool>;

    /// Takes a name for a member or group; `false` when it is taken already. Waits for a transaction that
    /// takes the same name at this moment.
    async fn take_name(&mut self, name: &Name) -> Result<bool>;
    /// Claims what a name looks like, before it is taken. `Some`: another's name that people could mistake for it, and
    /// nothing is claimed. Waits for a transaction that claims the same look at this moment.
    async fn claim_looks(&mut self, name: &Name) -> Result<Option<String>>;
    /// Locks a group until the end; `false` when there is none.
    async fn lock_group(&mut self, site: SiteId, gid: &str) -> Result<bool>;
    /// Adds somebody to a group, or replaces alias and status.
    async fn put_group_member(&mut self, member: &GroupMember) -> Result<()>;

    // ---- newcomers where a site is not open to all

    /// Notes that a token was accepted, until it expires; `false` when it was before. Waits for a transaction that
    /// spends the same token at this moment.
    async fn spend_token(&mut self, site: SiteId, digest: &Bytes, expires_ms: i64) -> Result<bool>;
    /// Uses an invitation once. `false`: it is used up, revoked, has ended, or never was.
    async fn redeem(&mut self, site: SiteId, invitation: InvitationId, now_ms: i64) -> Result<bool>;
    /// Gives the name that an invitation kept to its member.
    async fn give_name(&mut self, member: &MemberKey, name: &str) -> Result<()>;

    // ---- sessions

    /// Begins a session of a node on an edge: its epoch grows, former sessions are fenced off. Locks the node's row first.
    async fn begin_session(&mut self, site: SiteId, node: NodeId, edge: &str, now_ms: i64) -> Result<Begun>;
    /// Ends those of these sessions that are still the newest of their node; returns them.
    async fn end_sessions(&mut self, sessions: &[Session]) -> Result<Vec<Session>>;
    /// All sessions that an edge holds, up to `limit`, for ending them after it died.
    async fn sessions_of_edge(&mut self, edge: &str, limit: u32) -> Result<Vec<Session>>;
    /// Strikes an edge off the record.
    async fn remove_edge(&mut self, edge: &str) -> Result<()>;

    // ---- presence

    /// Marks a session as one that sent OhiEdit; `false` when it is not the newest of its node.
    async fn mark_ohi(&mut self, session: &Session) -> Result<bool>;
    /// Adds members to those whom `member` notifies; returns the ones newly added.
    async fn add_ohi(&mut self, member: &MemberKey, to: &[String]) -> Result<Vec<String>>;
    /// Takes members out; returns those that were in.
    async fn drop_ohi(&mut self, member: &MemberKey, to: &[String]) -> Result<Vec<String>>;
    /// For those of these members that have no session left which sent OhiEdit: empties their set; returns (member, uid taken out).
    async fn clear_ohi(&mut self, members: &[MemberKey]) -> Result<Vec<(MemberKey, String)>>;
    /// Members who notify this one. (Their sets live only while they are online.)
    async fn ohi_from(&mut self, member: &MemberKey) -> Result<Vec<String>>;

    // ---- messages and entries

    /// Adds messages, each with at least one entry among `entries`.
    async fn add_messages(&mut self, messages: &[NewMessage], entries: &[NewEntry]) -> Result<()>;
    /// Adds to what sites were used for. Nearly the last step: others who count may wait for the commit.
    async fn count_sent(&mut self, sent: &[Sent]) -> Result<()>;
    /// Copies what is pending for one node to another, which has nothing yet; returns how many entries.
    async fn copy_queue(&mut self, site: SiteId, from: NodeId, to: NodeId) -> Result<u64>;
    /// Removes entries of a site's messages with ids below `before`, the oldest first, about so many at most; tells which of
    /// those messages did not come to whom.
    async fn expire(&mut self, site: SiteId, before: MsgId, entries_max: u32) -> Result<Expired>;
    /// Strikes off the record something that an administrator did and that devices are to be told of; `None`: that was all.
    async fn take_notice(&mut self, site: SiteId) -> Result<Option<Notice>>;
    /// The first of a member's aliases, in order of name.
    async fn alias_of(&mut self, member: &MemberKey) -> Result<Option<String>>;
    /// Removes these very entries, where the session is still its node's newest, and messages with their last entry.
    async fn ack(&mut self, acks: &[NodeAcks]) -> Result<Removed>;
}
