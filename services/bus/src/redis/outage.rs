//! Says once that Redis is away, and once that it is back.

use super::connection::Fault;

/// What one task knows of it.
#[derive(Debug)]
pub(super) struct Outage {
    what: &'static str,
    reported: bool,
}

impl Outage {
    pub(super) fn new(what: &'static str) -> Self {
        Self { what, reported: false }
    }

    /// A connection broke. That happens; it is an outage only if no other can be had.
    pub(super) fn lost(&self, fault: &Fault) {
        tracing::info!(task = self.what, %fault, "lost the connection to Redis");
    }

    pub(super) fn failed(&mut self, fault: &Fault) {
        if self.reported {
            tracing::debug!(task = self.what, %fault, "still no connection to Redis");
        } else {
            tracing::warn!(task = self.what, %fault, "no connection to Redis: hints are lost until it is back");
        }
        self.reported = true;
    }

    pub(super) fn over(&mut self) {
        if self.reported {
            tracing::info!(task = self.what, "connected to Redis again");
        }
        self.reported = false;
    }
}
