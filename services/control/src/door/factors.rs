//! Second factors: codes that an authenticator makes (RFC 6238), and recovery codes for when it is lost.

use data_encoding::BASE32_NOPAD;
use sha2::{Digest as _, Sha256};
use tmtp_store::admin::{Account, Change, UserId};
use totp_rs::{Builder, Totp};

use super::Refusal;
use crate::Result;

/// Whom an authenticator shows beside the account.
const ISSUER: &str = "TMTP hosting";
/// Octets of a secret, as RFC 4226 wants them.
const SECRET: usize = 20;
/// Recovery codes of a user, and random octets of each.
const RECOVERY: usize = 10;
const RECOVERY_OCTETS: usize = 10;

/// A second factor that is offered.
pub struct Offer {
    /// What an authenticator is told, by hand.
    pub secret: String,
    /// The same for its camera.
    pub uri: String,
}

pub(super) fn new_secret() -> [u8; SECRET] {
    rand::random()
}

/// A secret as an authenticator takes it.
pub(super) fn offer(secret: &[u8], email: &str) -> Offer {
    let totp = totp(secret, email);
    Offer { secret: BASE32_NOPAD.encode(secret), uri: totp.to_url().unwrap_or_default() }
}

fn totp(secret: &[u8], email: &str) -> Totp {
    // A colon would end the issuer's name.
    let account = email.replace(':', "_");
    Builder::new()
        .with_secret(secret.to_vec())
        .with_account_name(account)
        .with_issuer(Some(ISSUER))
        .build_noncompliant()
}

/// The step that this is the code of: now, the one before, or the next, since clocks differ.
pub(super) fn step_of(secret: &[u8], code: &str, now_ms: i64) -> Option<i64> {
    let seconds = u64::try_from(now_ms / 1_000).ok()?;
    totp(secret, "x").check(&bare(code), seconds).and_then(|step| i64::try_from(step).ok())
}

/// New recovery codes.
pub(super) fn recovery_codes() -> Vec<String> {
    let code = || {
        let letters = BASE32_NOPAD.encode(&rand::random::<[u8; RECOVERY_OCTETS]>()).to_ascii_lowercase();
        let groups: Vec<_> = letters.as_bytes().chunks(4).map(String::from_utf8_lossy).collect();
        groups.join("-")
    };
    std::iter::repeat_with(code).take(RECOVERY).collect()
}

/// A recovery code as it is kept, however it was typed.
pub(super) fn recovery_hash(user: UserId, code: &str) -> Vec<u8> {
    Sha256::digest(format!("{} {}", user.0, bare(code))).to_vec()
}

/// Without what people put between groups.
fn bare(code: &str) -> String {
    code.chars().filter(|letter| !matches!(letter, ' ' | '-')).collect::<String>().to_ascii_lowercase()
}

/// Takes a code of the account's second factor, where it has one, so that it is taken once; tells what it was.
pub(super) async fn take(
    change: &mut Change,
    account: &Account,
    code: Option<&str>,
    now_ms: i64,
) -> Result<&'static str> {
    let user = &account.user;
    let Some(secret) = &account.totp else { return Ok("none") };
    let code = code.map(str::trim).filter(|code| !code.is_empty()).ok_or(Refusal::CodeNeeded)?;
    if let Some(step) = step_of(secret, code, now_ms)
        && change.take_totp(user.org, user.id, step).await?
    {
        return Ok("code");
    }
    if change.take_recovery_code(user.org, user.id, &recovery_hash(user.id, code)).await? {
        return Ok("recovery code");
    }
    Err(Refusal::Credentials.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_those_of_rfc_6238_a_step_early_or_late_but_no_more() {
        // The last six digits of the RFC's own example for SHA-1 at 59 s.
        let secret = b"12345678901234567890";
        for (ms, step) in [(59_000, Some(1)), (29_000, Some(1)), (89_000, Some(1)), (95_000, None)] {
            assert_eq!(step_of(secret, "287 082", ms), step, "{ms}");
        }
        assert_eq!(step_of(secret, "287083", 59_000), None);
    }

    #[test]
    fn an_authenticator_is_told_whose_the_secret_is() {
        let offer = offer(b"12345678901234567890", "ann@acme.example");
        assert_eq!(offer.secret, "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ");
        assert!(
            offer.uri.starts_with("otpauth://totp/") && offer.uri.contains(&offer.secret),
            "{}",
            offer.uri
        );
        assert!(offer.uri.contains("issuer=TMTP"), "{}", offer.uri);
    }

    #[test]
    fn recovery_codes_differ_and_are_known_however_they_are_typed() {
        let codes = recovery_codes();
        assert_eq!(codes.len(), RECOVERY);
        assert!(codes[0].len() == 19 && codes[0] != codes[1], "{codes:?}");
        let typed = codes[0].to_uppercase().replace('-', " ");
        assert_eq!(recovery_hash(UserId(1), &typed), recovery_hash(UserId(1), &codes[0]));
        assert_ne!(recovery_hash(UserId(2), &typed), recovery_hash(UserId(1), &codes[0]));
    }
}
