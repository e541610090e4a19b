//! Certificates: when they end.

use tmtp_platform::{Clock, SystemClock};

use super::finding::Finding;
use crate::expiry;
use crate::settings::{Role, Settings};

const DAY: i64 = 86_400;
/// Time enough to see why a certificate was not renewed.
const SOON: i64 = 14 * DAY;

/// Looks at every certificate of a role.
pub fn examine(settings: &Settings, role: Role) -> Vec<Finding> {
    let now = SystemClock.unix_ms() / 1000;
    let chains = expiry::of_role(settings, role).into_iter().flat_map(|used| used.chains());
    chains.map(|chain| judge(&chain.display().to_string(), expiry::ends(&chain), now)).collect()
}

/// What is to be said of a certificate that ends at this time, both in seconds since 1970.
pub fn judge(shown: &str, ends: anyhow::Result<i64>, now: i64) -> Finding {
    match ends.map(|ends| ends - now) {
        Err(error) => Finding::bad("certificate", format!("{error:#}"), "put a PEM certificate there"),
        Ok(left) if left <= 0 => Finding::bad(
            "certificate",
            format!("{shown} has ended"),
            "renew it; it is taken up without a restart",
        ),
        Ok(left) if left < SOON => Finding::doubtful(
            "certificate",
            format!("{shown} ends in {} days", left / DAY),
            "renew it, or see why it was not renewed",
        ),
        Ok(left) => Finding::good("certificate", format!("{shown} is good for {} days", left / DAY)),
    }
}

#[cfg(test)]
mod tests {
    use anyhow::anyhow;

    use super::super::finding::State;
    use super::*;

    #[test]
    fn a_certificate_that_ends_is_found_in_time() {
        let state = |ends| judge("a.pem", ends, 1_000_000).state;
        assert_eq!(state(Ok(999_999)), State::Bad);
        assert_eq!(state(Ok(1_000_000 + 13 * DAY)), State::Doubtful);
        assert_eq!(state(Ok(1_000_000 + 15 * DAY)), State::Good);
        assert_eq!(state(Err(anyhow!("no certificate"))), State::Bad);
    }
}
