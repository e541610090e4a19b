//! What its site allows a session: always as the site is now, however long ago the login was.

use std::num::NonZeroU32;

use governor::{DefaultDirectRateLimiter, Quota, RateLimiter};
use tmtp_grpc::delivery::Limits;

use crate::sites::Sites;

/// A session's limits. Of a site that is not in the list any more the last ones hold, until the session is closed.
pub struct Bounds<'a> {
    sites: &'a Sites,
    site: i64,
    last: Limits,
    pace: DefaultDirectRateLimiter,
}

impl<'a> Bounds<'a> {
    pub fn new(sites: &'a Sites, site: i64) -> Self {
        let last = sites.limits(site).unwrap_or_default();
        Self { sites, site, last, pace: pace(&last) }
    }

    /// Most octets of a header.
    pub fn header_octets(&self) -> usize {
        self.sites.limits(self.site).unwrap_or(self.last).header_octets as usize
    }

    /// Most octets of a message's data.
    pub fn message_octets(&mut self) -> u64 {
        self.now().message_octets
    }

    /// Waits until one more request may be carried out.
    pub async fn turn(&mut self) {
        self.now();
        self.pace.until_ready().await;
    }

    fn now(&mut self) -> Limits {
        let now = self.sites.limits(self.site).unwrap_or(self.last);
        if now.requests_per_second != self.last.requests_per_second {
            self.pace = pace(&now);
        }
        self.last = now;
        now
    }
}

fn pace(limits: &Limits) -> DefaultDirectRateLimiter {
    RateLimiter::direct(Quota::per_second(
        NonZeroU32::new(limits.requests_per_second).unwrap_or(NonZeroU32::MIN),
    ))
}
