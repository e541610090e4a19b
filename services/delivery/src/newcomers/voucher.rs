//! What a token that was checked is good for, and what all tokens have in common.

use bytes::Bytes;
use sha2::{Digest as _, Sha256};
use tmtp_store::{Identity, InvitationId};

/// What a token that was checked is good for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Voucher {
    /// SHA-256 of what was signed: the same for every form that the signature can take.
    pub digest: Bytes,
    /// When it need not be remembered any more.
    pub expires_ms: i64,
    /// When a provider gave the token out, as far as it says so.
    pub issued_ms: Option<i64>,
    /// Who somebody is, where a provider says so.
    pub identity: Option<Identity>,
    /// The invitation behind it, where it is one of the site's own.
    pub invitation: Option<InvitationId>,
    /// What the invitation has its member called.
    pub alias: Option<String>,
}

/// SHA-256 of what was signed of a token.
pub(super) fn digest(token: &str) -> Option<Bytes> {
    let (signed, _) = token.rsplit_once('.')?;
    Some(Sha256::digest(signed).to_vec().into())
}
