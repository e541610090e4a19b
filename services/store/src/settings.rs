//! A site's policy and limits: each with a default, each to be set by an operator.

use serde::{Deserialize, Serialize};

/// Policy and limits of one site. Kept as JSON, so that a new one needs no migration.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct SiteSettings {
    /// Who may register.
    pub registration: Registration,
    /// What a second login of a connected node does.
    pub login_conflict: LoginConflict,
    /// Fewest octets of an alias or group name.
    pub name_octets_min: u32,
    /// Most octets of an alias or group name.
    pub name_octets_max: u32,
    /// Most octets of data in one message.
    pub message_octets_max: u64,
    /// Most octets of a header, up to 65535.
    pub header_octets_max: u32,
    /// Most live nodes of a member.
    pub nodes_per_member_max: u32,
    /// Most entries that wait for one node; more are refused.
    pub queued_messages_max: u32,
    /// Most octets that wait for one node; more are refused.
    pub queued_octets_max: u64,
    /// Most requests a second on one link; more are slowed down.
    pub requests_per_second_max: u32,
    /// Most links of one member at a time.
    pub links_per_member_max: u32,
}

/// Who may register.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Registration {
    /// Nobody.
    Closed,
    /// Everybody.
    Open,
}

/// What a second login of a connected node does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LoginConflict {
    /// The newest wins; the former link is closed.
    Evict,
    /// It is refused.
    Refuse,
}

impl Default for SiteSettings {
    fn default() -> Self {
        Self {
            registration: Registration::Closed,
            login_conflict: LoginConflict::Evict,
            name_octets_min: 8,
            name_octets_max: 400,
            message_octets_max: 1 << 30,
            header_octets_max: 65_535,
            nodes_per_member_max: 100,
            queued_messages_max: 20_000,
            queued_octets_max: 16 << 30,
            requests_per_second_max: 200,
            links_per_member_max: 100,
        }
    }
}
