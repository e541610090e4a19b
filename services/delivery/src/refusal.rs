//! Text for strangers: the only thing of ours that a client reads as the reason of a refusal.
//!
//! There is no way from another error into a [`Refusal`], so that nothing internal can leak through one.

use std::fmt;

use tmtp_wire::Error as WireError;

/// Characters of a name shown in an error text: whatever the name, the text fits a header.
const SHOWN: usize = 64;

/// Why a request is refused, in words for its client.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Refusal(String);

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl From<WireError> for Refusal {
    fn from(error: WireError) -> Self {
        Self(error.to_string())
    }
}

/// A name in quotes, cut where it is long.
fn quoted(name: &str) -> String {
    match name.char_indices().nth(SHOWN) {
        None => format!("\"{name}\""),
        Some((end, _)) => format!("\"{}…\"", &name[..end]),
    }
}

impl Refusal {
    pub fn login_failed() -> Self {
        Self("login failed".into())
    }

    pub fn already_connected() -> Self {
        Self("node already connected".into())
    }

    pub fn authentication_required() -> Self {
        Self("authentication required".into())
    }

    /// A token of a sign-in provider whose keys cannot be had at the moment.
    pub fn provider_down() -> Self {
        Self("the sign-in provider cannot be reached, try again later".into())
    }

    /// For a token of somebody else than the member, or whom the site's rules do not admit.
    pub fn signed_in_as_another() -> Self {
        Self("the sign-in was not as this member".into())
    }

    /// For an invitation that keeps another alias for its member, who has that one now.
    pub fn alias_not_invited(wanted: &str, kept: &str) -> Self {
        Self(format!("newalias {} is not available, your invitation is for {}", quoted(wanted), quoted(kept)))
    }

    pub fn register_failure() -> Self {
        Self("register failure".into())
    }

    /// The node or its member may no longer act, or a newer login of the node did away with this one.
    pub fn session_over() -> Self {
        Self("session is over".into())
    }

    /// Trying again will not help, and why is none of the client's business.
    pub fn failed() -> Self {
        Self("request failed".into())
    }

    pub fn name_too_short(field: &str, octets_min: u32) -> Self {
        Self(format!("{field} must be {octets_min}+ characters"))
    }

    pub fn name_invalid(field: &str, name: &str) -> Self {
        Self(format!("{field} {} is invalid", quoted(name)))
    }

    /// Most such names are made to be mistaken for others.
    pub fn name_mixes_scripts(field: &str, name: &str) -> Self {
        Self(format!("{field} {} mixes letters of different scripts in a word", quoted(name)))
    }

    pub fn alias_taken(name: &str) -> Self {
        Self(format!("newalias {} is already taken", quoted(name)))
    }

    /// For one that people could mistake for another's.
    pub fn alias_looks_taken(name: &str) -> Self {
        Self(format!("newalias {} is not available, it looks like one that is taken", quoted(name)))
    }

    pub fn gid_not_available(name: &str) -> Self {
        Self(format!("gid {} is not available", quoted(name)))
    }

    pub fn too_many_nodes(nodes_max: u32) -> Self {
        Self(format!("newnode would exceed {nodes_max} nodes"))
    }

    pub fn unknown(field: &str, name: &str) -> Self {
        Self(format!("{field} {} is unknown", quoted(name)))
    }

    pub fn not_sender() -> Self {
        Self("from must identify sender".into())
    }

    pub fn not_yours(name: &str) -> Self {
        Self(format!("newalias {} is not yours", quoted(name)))
    }

    pub fn not_joined(gid: &str) -> Self {
        Self(format!("gid {}: you are not a member", quoted(gid)))
    }

    pub fn already_joined(to: &str) -> Self {
        Self(format!("to {} is already a member", quoted(to)))
    }

    pub fn joined_as(alias: &str) -> Self {
        Self(format!("you are already a member as {}", quoted(alias)))
    }

    pub fn queue_full(uid: &str) -> Self {
        Self(format!("queue of recipient {} is full", quoted(uid)))
    }

    pub fn day_is_full(most: u64) -> Self {
        Self(format!("the site has sent its {most} messages of today"))
    }

    pub fn too_many_recipients() -> Self {
        Self("too many recipients".into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_name_is_cut_between_characters() {
        let text = Refusal::unknown("to", &"ö".repeat(5000)).to_string();
        assert_eq!(text, format!("to \"{}…\" is unknown", "ö".repeat(64)));
    }

    #[test]
    fn a_short_name_is_shown_whole() {
        assert_eq!(Refusal::alias_taken("Ann Other").to_string(), "newalias \"Ann Other\" is already taken");
    }

    #[test]
    fn the_texts_of_the_contract_are_exact() {
        assert_eq!(Refusal::name_too_short("newalias", 8).to_string(), "newalias must be 8+ characters");
        assert_eq!(Refusal::name_too_short("gid", 8).to_string(), "gid must be 8+ characters");
        assert_eq!(Refusal::too_many_nodes(100).to_string(), "newnode would exceed 100 nodes");
        assert_eq!(Refusal::from(WireError::DataTooShort).to_string(), "data too short for request type");
    }
}
