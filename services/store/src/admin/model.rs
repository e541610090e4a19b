//! The rows of administration, as those above see them. Times are milliseconds since 1970.

use serde::{Deserialize, Serialize};

use super::UserId;
use crate::{GroupStatus, InvitationId, NodeId, Site, SiteId};

/// An organization's id.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct OrgId(pub i64);

impl OrgId {
    /// The provider, who runs the installation: owns keys and an audit log, but no sites.
    pub const PROVIDER: Self = Self(0);
    /// To whom sites belong that were made before there were organizations.
    pub const DEFAULT: Self = Self(1);
}

/// An API key's id.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct KeyId(pub i64);

/// Who asks: what must differ between callers, differs by this.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum CallerId {
    /// A program or person with an API key; 0 is the key of the settings, and the command line.
    Key(KeyId),
    /// Somebody who signed in.
    User(UserId),
}

impl CallerId {
    /// As it is kept: keys count up from nothing, users down.
    pub(super) fn number(self) -> i64 {
        match self {
            Self::Key(key) => key.0,
            Self::User(user) => -user.0,
        }
    }
}

impl From<KeyId> for CallerId {
    fn from(key: KeyId) -> Self {
        Self::Key(key)
    }
}

/// What an organization may have. All of these are enforced: the first when a site is made, the others as ceilings of
/// its sites' settings.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct OrgLimits {
    /// Most sites.
    pub sites_max: u32,
    /// Most octets of data in one message that a site may allow.
    pub message_octets_max: u64,
    /// Most members that a site may allow.
    pub members_max: u32,
    /// Most live nodes of a member that a site may allow.
    pub nodes_per_member_max: u32,
    /// Most octets waiting for one node that a site may allow.
    pub queued_octets_max: u64,
    /// Most messages a day that a site may allow.
    pub messages_per_day_max: u64,
}

impl Default for OrgLimits {
    fn default() -> Self {
        Self {
            sites_max: 100,
            message_octets_max: 1 << 30,
            members_max: 10_000_000,
            nodes_per_member_max: 100,
            queued_octets_max: 16 << 30,
            messages_per_day_max: 100_000_000_000,
        }
    }
}

/// An organization.
#[derive(Debug, Clone, PartialEq)]
pub struct Org {
    /// Its id.
    pub id: OrgId,
    /// What it is called.
    pub name: String,
    /// What it may have.
    pub limits: OrgLimits,
    /// Grows with every change.
    pub version: i64,
    /// When it was added.
    pub created_ms: i64,
}

/// A site with its organization.
#[derive(Debug, Clone, PartialEq)]
pub struct OrgSite {
    /// Whose it is.
    pub org: OrgId,
    /// Grows with every change.
    pub version: i64,
    /// When it is erased, where it is closed.
    pub closing_ms: Option<i64>,
    /// The provider suspended it: its organization cannot resume it.
    pub held: bool,
    /// The database that has its rows.
    pub shard: String,
    /// The site.
    pub site: Site,
}

/// A site that was found through its organization: the one way to what is in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Scope {
    pub(super) org: OrgId,
    pub(super) site: SiteId,
}

impl Scope {
    /// Whose site it is.
    pub fn org(&self) -> OrgId {
        self.org
    }

    /// The site.
    pub fn site(&self) -> SiteId {
        self.site
    }
}

/// A page wanted: what comes after `after`, at most `limit`, and only what the search text is found in.
#[derive(Debug, Clone)]
pub struct Page<A> {
    /// Where the page before ended.
    pub after: A,
    /// Most rows.
    pub limit: u32,
    /// Part of a name, in either case of the letters A to Z; empty for all.
    pub search: String,
}

/// A member.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Member {
    /// Its uid.
    pub uid: String,
    /// It may not log in.
    pub suspended: bool,
    /// When it registered.
    pub created_ms: i64,
    /// The issuer of the provider that it signs in at, if one vouched for it.
    pub signs_in_at: Option<String>,
    /// Who it is there was let go of: whoever signs in next by a node of its own is the member.
    pub signs_in_anew: bool,
    /// How many live nodes it has.
    pub nodes: u64,
    /// Its aliases, in ascending order; the first hundred.
    pub aliases: Vec<String>,
}

/// A live node, as an administrator sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NodeState {
    /// Its id.
    pub node: NodeId,
    /// Whose it is.
    pub uid: String,
    /// What its member calls it.
    pub label: String,
    /// The edge that holds its session, if one does.
    pub edge: Option<String>,
    /// Which login is its last.
    pub epoch: i64,
    /// When it was added.
    pub created_ms: i64,
    /// When it logged in last.
    pub seen_ms: i64,
    /// When its member signed in last at the provider, by it or by the one that added it.
    pub signed_in_ms: Option<i64>,
    /// Entries that wait for it, counted up to [`QUEUED_COUNTED`].
    pub queued: u64,
    /// Octets of the entries counted.
    pub queued_octets: u64,
    /// When the oldest message that waits was posted.
    pub oldest_ms: Option<i64>,
}

/// Up to how many entries of a node are counted.
pub const QUEUED_COUNTED: u64 = 10_000;

/// An alias.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Alias {
    /// The alias.
    pub alias: String,
    /// Whose it is; `None`: nobody's any more, and never to be given again, unless it is reserved.
    pub uid: Option<String>,
    /// Nobody's yet: an administrator keeps it for a member.
    pub reserved: bool,
    /// Nobody's yet: the invitation that keeps it for whoever registers with it.
    pub invitation: Option<InvitationId>,
}

/// A group.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Group {
    /// Its name.
    pub gid: String,
    /// How many have joined.
    pub joined: u64,
    /// How many are on record, whatever their status.
    pub on_record: u64,
}

/// Somebody in a group.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InGroup {
    /// Who.
    pub uid: String,
    /// The alias that the group knows them by.
    pub alias: String,
    /// How they stand.
    pub status: GroupStatus,
}

/// An API key to add.
#[derive(Debug, Clone)]
pub struct NewKey {
    /// For whom it acts.
    pub org: OrgId,
    /// What it is called.
    pub name: String,
    /// What it may do; for those above to interpret.
    pub role: String,
    /// SHA-256 of the key.
    pub hash: Vec<u8>,
    /// Its first letters, to tell it from others.
    pub hint: String,
    /// Who made it.
    pub made_by: String,
    /// Now.
    pub now_ms: i64,
    /// When it ends, if it does.
    pub expires_ms: Option<i64>,
    /// The one site that it is for; `None`: all that is the organization's.
    pub only_site: Option<SiteId>,
}

/// An API key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ApiKey {
    /// Its id.
    pub id: KeyId,
    /// For whom it acts.
    pub org: OrgId,
    /// What it is called.
    pub name: String,
    /// What it may do.
    pub role: String,
    /// Its first letters.
    pub hint: String,
    /// Who made it.
    pub made_by: String,
    /// When it was made.
    pub created_ms: i64,
    /// When it ends, if it does.
    pub expires_ms: Option<i64>,
    /// When it was revoked, if it was.
    pub revoked_ms: Option<i64>,
    /// When it was used last, to the minute or so.
    pub used_ms: Option<i64>,
    /// The one site that it is for; `None`: all that is the organization's.
    pub only_site: Option<SiteId>,
}

/// What was done, to be appended to an organization's audit log.
#[derive(Debug, Clone)]
pub struct Deed {
    /// Whose log.
    pub org: OrgId,
    /// When.
    pub at_ms: i64,
    /// Who did it.
    pub actor: String,
    /// From where.
    pub address: String,
    /// What: `site.suspend`.
    pub action: &'static str,
    /// At which site.
    pub site: Option<SiteId>,
    /// To what.
    pub target: String,
    /// What was before, as JSON.
    pub was: Option<String>,
    /// What is after, as JSON.
    pub became: Option<String>,
}

/// A row of an audit log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuditRow {
    /// Its place in the log.
    pub seq: i64,
    /// When.
    pub at_ms: i64,
    /// Who did it.
    pub actor: String,
    /// From where.
    pub address: String,
    /// What.
    pub action: String,
    /// At which site.
    pub site: Option<SiteId>,
    /// To what.
    pub target: String,
    /// What was before, as JSON.
    pub was: Option<String>,
    /// What is after, as JSON.
    pub became: Option<String>,
    /// Covers the row and the hash of the row before.
    pub hash: Vec<u8>,
}

/// Which nodes are wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WhichNodes {
    /// All that are not revoked.
    All,
    /// Those with a link.
    Connected,
    /// Those without one.
    Away,
    /// Those that messages wait for.
    Awaited,
}

/// Which rows of an audit log are wanted; empty texts and `None` do not narrow it.
#[derive(Debug, Clone, Default)]
pub struct AuditFilter {
    /// Actions that begin like this.
    pub action: String,
    /// By this actor.
    pub actor: String,
    /// At this site.
    pub site: Option<SiteId>,
    /// From this time on.
    pub since_ms: Option<i64>,
    /// Before this time.
    pub until_ms: Option<i64>,
}

/// An answer that was given to a creation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reply {
    /// SHA-256 of the request.
    pub digest: Vec<u8>,
    /// The answer, as JSON.
    pub reply: String,
}
