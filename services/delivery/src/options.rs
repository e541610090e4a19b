//! What an operator may set.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::Error;

/// Limits and times of a delivery process. Policy of a site is in the site's own settings.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Options {
    /// Where newcomers sign in at sites that are not open to all: the address of control as members reach it. Empty:
    /// nowhere. Not a setting of its own.
    #[serde(skip)]
    pub sign_in_url: String,
    /// Data up to this many octets is kept in the message's row, larger data in the body store.
    pub inline_octets_max: usize,
    /// Most requests in one transaction.
    pub writer_batch_max: usize,
    /// Octets of inline data at which a transaction takes no further request.
    pub writer_batch_octets_max: usize,
    /// Most requests waiting for a writer.
    pub writer_queue: usize,
    /// Most calls with acks, and most reads of queues, waiting.
    pub calls_queue: usize,
    /// Most logins, edits and ends of sessions waiting for their turn.
    pub edits_queue: usize,
    /// How long a call may wait for a place in a full queue.
    pub queue_wait_seconds: u64,
    /// How many reads of queues go on at once.
    pub fetch_readers: usize,
    /// Most nodes in one read of queues.
    pub fetch_batch_max: usize,
    /// Most nodes that one message may be queued for.
    pub entries_per_message_max: usize,
    /// How long to wait for the next chunk of a large body.
    pub chunk_wait_seconds: u64,
    /// How long a request is remembered, so that a retry is answered alike.
    pub request_memory_seconds: u64,
    /// An edge that is silent for this long is taken for dead.
    pub edge_silence_seconds: u64,
    /// How often the list of sites is checked for changes that no hint told of.
    pub sites_poll_seconds: u64,
    /// How often requests are forgotten and leftovers looked for.
    pub sweep_seconds: u64,
    /// How old a message without entries, or a body without a message, must be to be removed.
    pub orphan_age_seconds: u64,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            sign_in_url: String::new(),
            inline_octets_max: 32_768,
            writer_batch_max: 256,
            writer_batch_octets_max: 4 << 20,
            writer_queue: 4096,
            calls_queue: 4096,
            edits_queue: 4096,
            queue_wait_seconds: 5,
            fetch_readers: 3,
            fetch_batch_max: 64,
            entries_per_message_max: 100_000,
            chunk_wait_seconds: 60,
            request_memory_seconds: 900,
            edge_silence_seconds: 6,
            sites_poll_seconds: 5,
            sweep_seconds: 60,
            orphan_age_seconds: 3600,
        }
    }
}

impl Options {
    /// Refuses what cannot work.
    ///
    /// # Errors
    /// [`Error::Options`] names the option.
    pub fn check(&self) -> Result<(), Error> {
        let at_least_one = [
            ("writer_batch_max", self.writer_batch_max),
            ("writer_batch_octets_max", self.writer_batch_octets_max),
            ("writer_queue", self.writer_queue),
            ("calls_queue", self.calls_queue),
            ("edits_queue", self.edits_queue),
            ("fetch_readers", self.fetch_readers),
            ("fetch_batch_max", self.fetch_batch_max),
            ("entries_per_message_max", self.entries_per_message_max),
        ];
        let seconds = [
            ("queue_wait_seconds", self.queue_wait_seconds),
            ("chunk_wait_seconds", self.chunk_wait_seconds),
            ("request_memory_seconds", self.request_memory_seconds),
            ("edge_silence_seconds", self.edge_silence_seconds),
            ("sites_poll_seconds", self.sites_poll_seconds),
            ("sweep_seconds", self.sweep_seconds),
            ("orphan_age_seconds", self.orphan_age_seconds),
        ];
        if let Some((name, _)) = at_least_one.iter().find(|(_, value)| !(1..=1 << 30).contains(value)) {
            return Err(Error::Options(name));
        }
        if let Some((name, _)) = seconds.iter().find(|(_, value)| !(1..=1 << 30).contains(value)) {
            return Err(Error::Options(name));
        }
        if self.inline_octets_max > 1 << 20 {
            return Err(Error::Options("inline_octets_max"));
        }
        Ok(())
    }

    pub(crate) fn queue_wait(&self) -> Duration {
        Duration::from_secs(self.queue_wait_seconds)
    }

    pub(crate) fn chunk_wait(&self) -> Duration {
        Duration::from_secs(self.chunk_wait_seconds)
    }

    pub(crate) fn edge_silence(&self) -> Duration {
        Duration::from_secs(self.edge_silence_seconds)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_defaults_are_accepted() {
        assert!(Options::default().check().is_ok());
    }

    #[test]
    fn an_option_that_cannot_work_is_named() {
        let options = Options { writer_queue: 0, ..Options::default() };
        assert!(matches!(options.check(), Err(Error::Options("writer_queue"))));
        let options = Options { sweep_seconds: 0, ..Options::default() };
        assert!(matches!(options.check(), Err(Error::Options("sweep_seconds"))));
        let options = Options { inline_octets_max: 5 << 20, ..Options::default() };
        assert!(matches!(options.check(), Err(Error::Options("inline_octets_max"))));
    }

    #[test]
    fn an_unknown_option_is_refused() {
        assert!(serde_json::from_str::<Options>(r#"{"writer_queue":5}"#).is_ok());
        assert!(serde_json::from_str::<Options>(r#"{"writer_queues":5}"#).is_err());
    }
}
