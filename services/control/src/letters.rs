//! Letters to whom an organization invites: so many a day, and a few to one address. Addresses are what tenants type, and the
//! mail server is the provider's: without bounds it writes to strangers until it is on every list of those who send spam.
//!
//! What people asked for themselves (another password) and what keeps them safe is not counted, so it goes out however many
//! invitations there were.

use sha2::{Digest as _, Sha256};
use tmtp_platform::clock::{DAY_MS, HOUR_MS};
use tmtp_store::admin::{Change, LettersFull, LettersMax, Mail, MailOf, MailState, OrgId};

use crate::{Error, Registry, Result};

/// Letters of one organization to one address a day: an invitation, and some that were asked for again.
const TO_ONE: u32 = 5;

/// A mail that waits for longer than all tries take was lost with the process that had it.
const LOST_MS: i64 = HOUR_MS;
/// Most letters that are kept of why a mail could not be sent.
const WHY_LETTERS: usize = 300;

/// A mail as it stands by now.
pub(crate) fn as_it_stands(mail: Mail, now_ms: i64) -> Mail {
    if mail.state != MailState::Waiting || now_ms - mail.at_ms < LOST_MS {
        return mail;
    }
    let why = "the service was ended before the mail server had it".to_owned();
    Mail { state: MailState::Failed, why, ..mail }
}

impl Registry {
    /// Notes that a letter goes out to whom somebody invited; counted where it is a stranger's.
    pub(crate) async fn begin_mail(&self, change: &mut Change, of: MailOf) -> Result<()> {
        if self.letters_per_day_max.is_some() {
            change.begin_mail(of, self.now_ms()).await?;
        }
        Ok(())
    }

    /// Notes what became of a letter; the mail server's answer is kept where there is none. Whether that can be noted changes
    /// nothing about the letter: one of which nothing is known counts as lost in time.
    pub(crate) async fn end_mail(&self, of: MailOf, why: Option<&str>) {
        let why: Option<String> =
            why.map(|why| why.chars().filter(|letter| !letter.is_control()).take(WHY_LETTERS).collect());
        if let Err(error) = self.admin.end_mail(of, why.as_deref(), self.now_ms()).await {
            tracing::info!(%error, "what became of a mail could not be noted");
        }
    }

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
