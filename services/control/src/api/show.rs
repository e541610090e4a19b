//! Things as the API shows them.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use tmtp_store::{
    GroupStatus,
    admin::{Alias, ApiKey, Group, InGroup, Member, NodeState, Org, OrgLimits, OrgSite},
};
use utoipa::ToSchema;

use super::{caller::Caller, times::shown};
use crate::Role;

/// What an organization may have.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Limits {
    /// Most sites.
    pub sites_max: u32,
    /// Most octets of data in one message that a site may allow.
    pub message_octets_max: u64,
    /// Most members that a site may allow.
    pub members_max: u32,
    /// Most devices of a member that a site may allow.
    pub nodes_per_member_max: u32,
    /// Most octets waiting for one device that a site may allow.
    pub queued_octets_max: u64,
    /// Most messages a day that a site may allow.
    pub messages_per_day_max: u64,
}

impl From<OrgLimits> for Limits {
    fn from(limits: OrgLimits) -> Self {
        Self {
            sites_max: limits.sites_max,
            message_octets_max: limits.message_octets_max,
            members_max: limits.members_max,
            nodes_per_member_max: limits.nodes_per_member_max,
            queued_octets_max: limits.queued_octets_max,
            messages_per_day_max: limits.messages_per_day_max,
        }
    }
}

/// An organization.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct OrgShown {
    /// Its id.
    pub id: i64,
    /// What it is called.
    pub name: String,
    /// What it may have.
    pub limits: Limits,
    /// Its version; the ETag in quotation marks.
    pub version: i64,
    /// When it was made.
    #[schema(format = DateTime)]
    pub created_at: String,
}

impl From<Org> for OrgShown {
    fn from(org: Org) -> Self {
        Self {
            id: org.id.0,
            name: org.name,
            limits: org.limits.into(),
            version: org.version,
            created_at: shown(org.created_ms),
        }
    }
}

/// A site.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct SiteShown {
    /// Its id.
    pub id: i64,
    /// Whose it is.
    pub org: i64,
    /// What clients are shown.
    pub name: String,
    /// The host names that lead to it.
    pub hosts: Vec<String>,
    /// Nobody may register or log in.
    pub suspended: bool,
    /// The provider suspended it: its organization cannot resume it.
    pub held: bool,
    /// When it is erased, where it is closed.
    #[schema(format = DateTime)]
    pub closing_at: Option<String>,
    /// Its settings, all of them.
    #[schema(value_type = Object)]
    pub settings: Value,
    /// The name of the database that it is in; for operators, and not there for others.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub shard: Option<String>,
    /// Its version; the ETag in quotation marks.
    pub version: i64,
    /// When it was made.
    #[schema(format = DateTime)]
    pub created_at: String,
}

impl SiteShown {
    /// As this caller may see it.
    pub fn to(caller: &Caller, OrgSite { org, version, closing_ms, held, shard, site }: OrgSite) -> Self {
        Self {
            shard: (caller.role == Role::Operator).then_some(shard),
            id: site.id.0,
            org: org.0,
            name: site.name,
            hosts: site.hosts,
            suspended: site.suspended,
            held,
            closing_at: closing_ms.map(shown),
            settings: serde_json::to_value(&site.settings).unwrap_or(Value::Object(Map::new())),
            version,
            created_at: shown(site.created_ms),
        }
    }
}

/// A member.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct MemberShown {
    /// Its uid.
    pub uid: String,
    /// Its aliases, the first hundred.
    pub aliases: Vec<String>,
    /// It may not log in.
    pub suspended: bool,
    /// The issuer of the provider that it signs in at, if one vouched for it.
    pub signs_in_at: Option<String>,
    /// Who it is there was forgotten: whoever signs in next by one of its devices is the member.
    pub signs_in_anew: bool,
    /// How many devices it has.
    pub node_count: u64,
    /// When it registered.
    #[schema(format = DateTime)]
    pub created_at: String,
}

impl From<Member> for MemberShown {
    fn from(member: Member) -> Self {
        Self {
            uid: member.uid,
            aliases: member.aliases,
            suspended: member.suspended,
            signs_in_at: member.signs_in_at,
            signs_in_anew: member.signs_in_anew,
            node_count: member.nodes,
            created_at: shown(member.created_ms),
        }
    }
}

/// A member with its devices.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct MemberWithNodes {
    /// The member.
    #[serde(flatten)]
    pub member: MemberShown,
    /// Its devices.
    pub nodes: Vec<NodeShown>,
}

/// A member's device.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct NodeShown {
    /// Its id.
    pub id: i64,
    /// Whose it is.
    pub uid: String,
    /// What its member calls it.
    pub label: String,
    /// It is connected.
    pub connected: bool,
    /// When it was added.
    #[schema(format = DateTime)]
    pub created_at: String,
    /// When it logged in last.
    #[schema(format = DateTime)]
    pub seen_at: String,
    /// When its member signed in last at a provider, by it or by the device that added it.
    #[schema(format = DateTime)]
    pub signed_in_at: Option<String>,
    /// Messages that wait for it, counted up to 10000.
    pub queued: u64,
    /// Octets of the messages counted.
    pub queued_octets: u64,
    /// When the oldest message that waits was posted.
    #[schema(format = DateTime)]
    pub oldest_at: Option<String>,
}

impl From<NodeState> for NodeShown {
    fn from(node: NodeState) -> Self {
        Self {
            id: node.node.0,
            uid: node.uid,
            label: node.label,
            connected: node.edge.is_some(),
            created_at: shown(node.created_ms),
            seen_at: shown(node.seen_ms),
            signed_in_at: node.signed_in_ms.map(shown),
            queued: node.queued,
            queued_octets: node.queued_octets,
            oldest_at: node.oldest_ms.map(shown),
        }
    }
}

/// An alias.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct AliasShown {
    /// The alias.
    pub alias: String,
    /// Whose it is; nobody's when it is reserved, an invitation keeps it, or it was retired and is never given again.
    pub uid: Option<String>,
    /// Kept for a member to come.
    pub reserved: bool,
    /// The invitation that keeps it for whoever registers with it.
    pub invitation: Option<i64>,
}

impl From<Alias> for AliasShown {
    fn from(Alias { alias, uid, reserved, invitation }: Alias) -> Self {
        Self { alias, uid, reserved, invitation: invitation.map(|id| id.0) }
    }
}

/// A group.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct GroupShown {
    /// Its name.
    pub gid: String,
    /// How many have joined.
    pub joined: u64,
    /// How many are on record: joined, invited or barred.
    pub on_record: u64,
}

impl From<Group> for GroupShown {
    fn from(Group { gid, joined, on_record }: Group) -> Self {
        Self { gid, joined, on_record }
    }
}

/// Somebody in a group.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct InGroupShown {
    /// Who.
    pub uid: String,
    /// The alias that the group knows them by.
    pub alias: String,
    /// `invited`, `joined` or `barred`.
    pub status: String,
}

impl From<InGroup> for InGroupShown {
    fn from(InGroup { uid, alias, status }: InGroup) -> Self {
        let status = match status {
            GroupStatus::Invited => "invited",
            GroupStatus::Joined => "joined",
            GroupStatus::Barred => "barred",
        };
        Self { uid, alias, status: status.to_owned() }
    }
}

/// An API key, without itself.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct KeyShown {
    /// Its id.
    pub id: i64,
    /// What it is called.
    pub name: String,
    /// What it may do: `owner`, `admin`, `support`, `auditor`; the provider's: `operator`, `support`, `auditor`.
    pub role: String,
    /// The one site that it is for; none: all that is the organization's.
    pub site: Option<i64>,
    /// Its first letters.
    pub hint: String,
    /// Who made it.
    pub made_by: String,
    /// When it was made.
    #[schema(format = DateTime)]
    pub created_at: String,
    /// When it ends, if it does.
    #[schema(format = DateTime)]
    pub expires_at: Option<String>,
    /// When it was revoked, if it was.
    #[schema(format = DateTime)]
    pub revoked_at: Option<String>,
    /// When it was used last, to the minute.
    #[schema(format = DateTime)]
    pub used_at: Option<String>,
}

impl From<ApiKey> for KeyShown {
    fn from(key: ApiKey) -> Self {
        Self {
            id: key.id.0,
            name: key.name,
            role: key.role,
            site: key.only_site.map(|site| site.0),
            hint: key.hint,
            made_by: key.made_by,
            created_at: shown(key.created_ms),
            expires_at: key.expires_ms.map(shown),
            revoked_at: key.revoked_ms.map(shown),
            used_at: key.used_ms.map(shown),
        }
    }
}
