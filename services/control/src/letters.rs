//! Letters to whom an organization invites: so many a day, and a few to one address. Addresses are what tenants type, and the
//! mail server is the provider's: without bounds it writes to strangers until it is on every list of those who send spam.
//!
//! What people asked for themselves (another password) and what keeps them safe is not counted, so it goes out however many
//! invitations there were.

use sha2::{Digest as _, Sha256};
use tmtp_platform::clock::DAY_MS;
use tmtp_store::admin::{Change, LettersFull, LettersMax, OrgId};

use crate::{Error, Registry, Result};

/// Letters of one organization to one address a day: an invitation, and some that were asked for again.
const TO_ONE: u32 = 5;

impl Registry {
    /// Counts a letter to somebody whom an organization invites; refused where it had as many sent today as may be. Nothing
    /// is counted where no mail is sent, and of the provider's own.
    pub(crate) async fn count_letter(&self, change: &mut Change, org: OrgId, to: &str) -> Result<()> {
        let Some(per_day) = self.letters_per_day_max.filter(|_| org != OrgId::PROVIDER) else {
            return Ok(());
        };
        let now_ms = self.now_ms();
        let day = now_ms / DAY_MS;
        let whom = Sha256::digest(to.trim().to_lowercase());
        let most = LettersMax { per_day, to_one: TO_ONE };
        let Some(full) = change.count_letter((org, day), &whom, most).await? else { return Ok(()) };
        let seconds = ((day + 1) * DAY_MS - now_ms + 999) / 1_000;
        let said = match full {
            LettersFull::ToOne => format!(
                "{to} got {TO_ONE} invitations by mail today, which is the most for one address a day"
            ),
            LettersFull::InAll => {
                format!("the organization had {per_day} invitations mailed today, which is the most a day")
            }
        };
        Err(Error::Letters { said: format!("{said}; days are over at midnight UTC"), seconds })
    }
}
