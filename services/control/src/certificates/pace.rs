//! When certificates are ordered: authorities bound how often they are asked, and all sites share one account.

use tmtp_platform::clock::HOUR_MS;
use tmtp_store::{
    SiteId,
    admin::{OrgId, PastOrder},
};

use super::Facts;

/// Orders an hour: of one site, of an organization's sites, and of all.
const OF_SITE: usize = 5;
const OF_ORG: usize = 20;
const OF_ALL: usize = 80;
/// Before the second try, each time four times as long, and at most.
const PAUSE_MS: i64 = 20_000;
const PAUSE_MAX_MS: i64 = 12 * HOUR_MS;

/// When the next order is free, of those of the last hour, the newest first; `None` at once.
pub fn free(past: &[PastOrder], org: OrgId, site: SiteId) -> Option<i64> {
    let nth = |n: usize, is_counted: &dyn Fn(&PastOrder) -> bool| {
        past.iter().filter(|order| is_counted(order)).nth(n - 1).map(|order| order.at_ms + HOUR_MS)
    };
    let of_site = nth(OF_SITE, &|order| order.site == site);
    let of_org = nth(OF_ORG, &|order| order.org == org);
    of_site.max(of_org).max(nth(OF_ALL, &|_| true))
}

/// When a site is tried again that failed so many times before this one.
pub fn after_failures(now_ms: i64, failures: u32) -> i64 {
    now_ms + PAUSE_MS.saturating_mul(1 << (2 * failures.min(10))).min(PAUSE_MAX_MS)
}

/// When a certificate that was issued just now is renewed. Where the clock is wrong, its middle may be over already: it is
/// not ordered again and again for that.
pub fn after_success(now_ms: i64, facts: &Facts) -> i64 {
    let least = ((facts.expires_ms - facts.begins_ms) / 4).min(HOUR_MS);
    half_way(facts).max(now_ms + least)
}

/// In the middle of its time: an authority that is away for weeks is no harm.
pub fn half_way(facts: &Facts) -> i64 {
    facts.begins_ms + (facts.expires_ms - facts.begins_ms) / 2
}

#[cfg(test)]
mod tests {
    use super::*;

    fn orders(count: i64, org: i64, site: i64) -> Vec<PastOrder> {
        (0..count).map(|n| PastOrder { at_ms: 1_000 - n, org: OrgId(org), site: SiteId(site) }).collect()
    }

    #[test]
    fn a_site_is_ordered_for_five_times_an_hour() {
        assert_eq!(free(&orders(4, 1, 1), OrgId(1), SiteId(1)), None);
        assert_eq!(free(&orders(5, 1, 1), OrgId(1), SiteId(1)), Some(996 + HOUR_MS));
        assert_eq!(free(&orders(7, 1, 1), OrgId(1), SiteId(1)), Some(996 + HOUR_MS), "the fifth counts");
        assert_eq!(free(&orders(7, 1, 1), OrgId(1), SiteId(2)), None);
    }

    #[test]
    fn no_organization_takes_all_orders_and_all_have_a_bound() {
        let of_one: Vec<_> = (0..5).flat_map(|site| orders(4, 1, site)).collect();
        assert!(free(&of_one, OrgId(1), SiteId(9)).is_some());
        assert_eq!(free(&of_one, OrgId(2), SiteId(9)), None);
        let of_all: Vec<_> = (0..8).flat_map(|org| orders(10, org, 1)).collect();
        assert!(free(&of_all, OrgId(9), SiteId(9)).is_some());
        assert_eq!(free(&of_all[1..], OrgId(9), SiteId(9)), None);
    }

    #[test]
    fn pauses_between_failures_grow_up_to_half_a_day() {
        let pauses: Vec<i64> = (0..7).map(|failures| after_failures(0, failures) / 1_000).collect();
        assert_eq!(pauses, [20, 80, 320, 1_280, 5_120, 20_480, 43_200]);
        assert_eq!(after_failures(0, u32::MAX), 12 * HOUR_MS);
    }

    #[test]
    fn a_wrong_clock_orders_no_more_than_once_an_hour() {
        let of = |begins_ms, expires_ms| Facts {
            names: Vec::new(),
            issuer: String::new(),
            is_self_signed: false,
            begins_ms,
            expires_ms,
            sha256: String::new(),
        };
        assert_eq!(after_success(0, &of(0, 90 * HOUR_MS)), 45 * HOUR_MS);
        assert_eq!(after_success(80 * HOUR_MS, &of(0, 90 * HOUR_MS)), 81 * HOUR_MS);
        assert_eq!(after_success(0, &of(0, 40_000)), 20_000, "one that ends soon is renewed in time");
    }
}
