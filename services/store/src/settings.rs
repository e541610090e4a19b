//! A site's policy and limits: each with a default, each to be set by an operator.

use serde::{Deserialize, Serialize};

use crate::ProviderId;

/// Makes the settings, and tells what each is: the comments here are what operators read.
macro_rules! settings {
    ($(#[$of_all:meta])* pub struct $of:ident { $($(#[doc = $says:literal])+ pub $name:ident: $kind:ty,)* }) => {
        $(#[$of_all])*
        pub struct $of {
            $($(#[doc = $says])+ pub $name: $kind,)*
        }

        impl $of {
            /// Each setting's name and what it is.
            pub const SAID: &[(&str, &str)] = &[$((stringify!($name), concat!($($says),+)),)*];
        }
    };
}

settings! {
    /// Policy and limits of one site. Kept as JSON, so that a new one needs no migration.
    #[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
    #[serde(default, deny_unknown_fields)]
    pub struct SiteSettings {
        /// Who may register.
        pub registration: Registration,
        /// Which of the organization's providers vouch for newcomers, where they may: their ids, with commas between; empty: all.
        pub providers: String,
        /// After how many days a device's member signs in again, to log in; 0: never. Those who came by a provider do; at a site
        /// for which only providers vouch, all do.
        pub sign_in_again_days: u32,
        /// Where a member's client waits for the answer to a sign-in: an address of the member's own machine.
        pub sign_in_redirect: String,
        /// Whose certificates let their holders register, where that is the policy: authorities of the organization's (PEM).
        pub client_authorities: String,
        /// What a second login of a connected node does.
        pub login_conflict: LoginConflict,
        /// Fewest octets of an alias or group name.
        pub name_octets_min: u32,
        /// Most octets of an alias or group name.
        pub name_octets_max: u32,
        /// Whether a name may look like another's.
        pub lookalikes: Lookalikes,
        /// Most octets of data in one message.
        pub message_octets_max: u64,
        /// Most octets of a header, up to 65535.
        pub header_octets_max: u32,
        /// Most members; nobody registers beyond it.
        pub members_max: u32,
        /// Most newcomers in an hour for whom nobody vouches, where the site is open to all; more are refused.
        pub open_registrations_per_hour_max: u32,
        /// Most live nodes of a member.
        pub nodes_per_member_max: u32,
        /// Most entries that wait for one node; more are refused.
        pub queued_messages_max: u32,
        /// Most octets that wait for one node; more are refused.
        pub queued_octets_max: u64,
        /// Most messages that members send in a day (UTC); more are refused.
        pub messages_per_day_max: u64,
        /// How long a message waits for a device; then it is removed, and its sender is told.
        pub retention_days: u32,
        /// Most requests a second on one link; more are slowed down.
        pub requests_per_second_max: u32,
        /// Most links of one member at a time.
        pub links_per_member_max: u32,
    }
}

impl SiteSettings {
    /// Why this can be no alias and no group's name here (section 6), as the rest of a sentence about it.
    pub fn name_fault(&self, name: &str) -> Option<NameFault> {
        if name.len() < self.name_octets_min as usize {
            return Some(NameFault::Short(self.name_octets_min));
        }
        self.kept_name_fault(name)
    }

    /// Whether this provider of the organization's vouches for newcomers here.
    pub fn lets_vouch(&self, provider: ProviderId) -> bool {
        self.providers.is_empty() || self.providers.split(',').any(|id| id.trim().parse() == Ok(provider.0))
    }

    /// Whether members sign in now and then to log in: where providers let newcomers in, or did before the site was closed to
    /// them.
    pub fn signs_in_again(&self) -> bool {
        self.sign_in_again_days > 0 && self.registration.can_sign_in_again()
    }

    /// The same for a name that an administrator keeps: "Support" is shorter than what members may choose, and what looks
    /// like it need not be.
    pub fn kept_name_fault(&self, name: &str) -> Option<NameFault> {
        let fits = (1..=self.name_octets_max as usize).contains(&name.len());
        let is_sound = name.trim() == name && tmtp_wire::text::is_printable(name);
        (!fits || !is_sound).then_some(NameFault::Invalid)
    }
}

/// Why something can be no name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NameFault {
    /// It has fewer octets than this.
    Short(u32),
    /// It is too long, or has characters that a name has not.
    Invalid,
}

impl std::fmt::Display for NameFault {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Short(least) => write!(f, "must be {least}+ characters"),
            Self::Invalid => f.write_str("is invalid"),
        }
    }
}

/// Who may register.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Registration {
    /// Nobody.
    Closed,
    /// Everybody.
    Open,
    /// Who has an invitation, by signing in with it first.
    Invitation,
    /// For whom one of the organization's providers vouches.
    Provider,
    /// Either of these two.
    InvitationOrProvider,
    /// Who shows a certificate that one of the site's `client_authorities` issued.
    Certificate,
}

impl Registration {
    /// Whether an invitation is a way in.
    pub fn takes_invitations(self) -> bool {
        matches!(self, Self::Invitation | Self::InvitationOrProvider)
    }

    /// Whether the organization's providers are a way in.
    pub fn takes_providers(self) -> bool {
        matches!(self, Self::Provider | Self::InvitationOrProvider)
    }

    /// Whether members may have to sign in again: there may be some for whom a provider vouched.
    pub fn can_sign_in_again(self) -> bool {
        self.takes_providers() || self == Self::Closed
    }
}

/// Whether a name may look like another's, so that people could mistake them for one another.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Lookalikes {
    /// It may not: neither in another letter case, nor with letters that look the same.
    Refused,
    /// It may, as long as an octet differs.
    Allowed,
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
            sign_in_redirect: "http://127.0.0.1:8123/".to_owned(),
            providers: String::new(),
            sign_in_again_days: 0,
            client_authorities: String::new(),
            login_conflict: LoginConflict::Evict,
            name_octets_min: 8,
            name_octets_max: 400,
            lookalikes: Lookalikes::Refused,
            message_octets_max: 1 << 30,
            header_octets_max: 65_535,
            members_max: 1_000_000,
            open_registrations_per_hour_max: 100,
            nodes_per_member_max: 100,
            queued_messages_max: 20_000,
            queued_octets_max: 16 << 30,
            messages_per_day_max: 1_000_000_000,
            retention_days: 30,
            requests_per_second_max: 200,
            links_per_member_max: 100,
        }
    }
}
