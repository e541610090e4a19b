//! What a site may have or send in all: members, and messages in a day. Counted where it matters, remembered where much is
//! left.

use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
    time::Duration,
};

use tmtp_store::{Look, Site, SiteId};
use tokio::time::Instant;

use crate::{fault::Fault, refusal::Refusal};

/// A count is good for this long, and for longer while less than half is used up.
const GOOD_FOR: Duration = Duration::from_secs(5);
const GOOD_FOR_LONG: Duration = Duration::from_secs(60);
/// And only while what this process added since is below this part of what was left. So processes together pass a limit
/// by a small part of it at most, and where little is left it is always counted.
const PART: u64 = 8;
/// Sites remembered; beyond it all are forgotten, and counted anew.
const SITES_MAX: usize = 100_000;

/// What each site has sent today, with what one batch adds so far.
#[derive(Debug, Clone, Default)]
pub(crate) struct Spent(HashMap<SiteId, u64>);

impl Spent {
    /// Refuses a message where the site has sent as many as it may.
    pub fn check(&self, site: &Site) -> Result<(), Refusal> {
        let most = site.settings.messages_per_day_max;
        let sent = self.0.get(&site.id).copied().unwrap_or_default();
        if sent < most { Ok(()) } else { Err(Refusal::day_is_full(most)) }
    }

    /// A message of this site's is sent.
    pub fn take(&mut self, site: &Site) {
        *self.0.entry(site.id).or_default() += 1;
    }
}

/// Remembers counts of one thing.
#[derive(Debug, Default)]
pub(crate) struct Allowances(Mutex<HashMap<SiteId, Count>>);

#[derive(Debug, Clone, Copy)]
struct Count {
    at: Instant,
    /// The day that it is of; 0 where it is of all days.
    day: i64,
    counted: u64,
    added: u64,
}

/// What is left, as far as is remembered.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Left {
    Nothing,
    /// So much that it need not be counted.
    Plenty,
    /// It is to be counted.
    Unknown,
}

/// The day of what is counted for all days.
pub(crate) const EVER: i64 = 0;

impl Allowances {
    /// What is remembered of these sites on this day, and those of which it is not enough.
    pub fn known<'s>(&self, sites: impl Iterator<Item = &'s Site>, today: i64) -> (Spent, Vec<SiteId>) {
        let (mut spent, mut unknown) = (Spent::default(), Vec::new());
        let counts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        for site in sites {
            let most = site.settings.messages_per_day_max;
            let will_do = |count: &&Count| count.is_good(today, most) || count.is_full(today, most);
            match counts.get(&site.id).filter(will_do) {
                Some(count) => drop(spent.0.insert(site.id, count.counted + count.added)),
                None => unknown.push(site.id),
            }
        }
        (spent, unknown)
    }

    /// Counts what these sites have sent on this day.
    pub async fn count(
        &self,
        look: &mut dyn Look,
        sites: &[SiteId],
        today: i64,
        spent: &mut Spent,
    ) -> Result<(), Fault> {
        for (site, sent) in look.sent_on(sites, today).await? {
            self.learn(site, today, sent);
            spent.0.insert(site, sent);
        }
        Ok(())
    }

    /// What is left at a site.
    pub fn left(&self, site: SiteId, day: i64, most: u64) -> Left {
        let counts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        match counts.get(&site) {
            Some(count) if count.is_full(day, most) => Left::Nothing,
            Some(count) if count.is_good(day, most) => Left::Plenty,
            _ => Left::Unknown,
        }
    }

    /// So many were counted.
    pub fn learn(&self, site: SiteId, day: i64, counted: u64) {
        let mut counts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if counts.len() >= SITES_MAX {
            counts.clear();
        }
        counts.insert(site, Count { at: Instant::now(), day, counted, added: 0 });
    }

    /// So many more were committed.
    pub fn add(&self, site: SiteId, day: i64, more: u64) {
        let mut counts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(count) = counts.get_mut(&site).filter(|count| count.day == day) {
            count.added += more;
        }
    }
}

impl Count {
    fn is_good(&self, today: i64, most: u64) -> bool {
        let left = most.saturating_sub(self.counted);
        let good_for = if self.counted < most / 2 { GOOD_FOR_LONG } else { GOOD_FOR };
        self.day == today && self.at.elapsed() < good_for && self.added < left / PART
    }

    /// Nothing was left a moment ago.
    fn is_full(&self, today: i64, most: u64) -> bool {
        self.day == today && self.at.elapsed() < GOOD_FOR && self.counted >= most
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn a_count_is_good_for_a_while_on_its_day_and_for_a_part_of_what_was_left() {
        let count = Count { at: Instant::now(), day: 7, counted: 600, added: 49 };
        assert!(count.is_good(7, 1000));
        assert!(!count.is_good(8, 1000), "the next day");
        assert!(!Count { added: 50, ..count }.is_good(7, 1000), "an eighth of what was left is gone");
        assert!(!Count { added: 0, ..count }.is_good(7, 607), "little is left: always counted");
        assert!(count.is_full(7, 600) && !count.is_full(7, 601) && !count.is_full(8, 600));
        tokio::time::advance(GOOD_FOR).await;
        assert!(!count.is_good(7, 1000) && !count.is_full(7, 600));
        assert!(count.is_good(7, 1202), "not half is used up");
        tokio::time::advance(GOOD_FOR_LONG).await;
        assert!(!count.is_good(7, 1202));
    }
}
