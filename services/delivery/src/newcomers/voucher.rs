//! What a token that was checked is good for, and what all tokens have in common.

use bytes::Bytes;
use sha2::{Digest as _, Sha256};
use tmtp_store::InvitationId;

/// How far the clocks of whoever signs and of this process may be apart.
pub(super) const SKEW_MS: i64 = 60_000;

/// What a token that was checked is good for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Voucher {
    /// SHA-256 of what was signed: the same for every form that the signature can take.
    pub digest: Bytes,
    /// When it need not be remembered any more.
    pub expires_ms: i64,
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

/// When a token has ended for good; `None` when it has, or when it begins later. Times of tokens are seconds.
pub(super) fn end_ms(begins: i64, ends: i64, now_ms: i64) -> Option<i64> {
    let ends_ms = ends.checked_mul(1_000)?.checked_add(SKEW_MS)?;
    let has_begun = begins.checked_mul(1_000)? <= now_ms.checked_add(SKEW_MS)?;
    (has_begun && now_ms < ends_ms).then_some(ends_ms)
}
