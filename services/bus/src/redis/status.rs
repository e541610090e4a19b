//! What of a bus is connected.

use std::sync::atomic::{AtomicBool, Ordering::Relaxed};

/// Kept by the two tasks, read by whoever asks.
#[derive(Debug, Default)]
pub(super) struct Status {
    publishing: AtomicBool,
    listening: AtomicBool,
}

impl Status {
    pub(super) fn is_publishing(&self) -> bool {
        self.publishing.load(Relaxed)
    }

    pub(super) fn is_listening(&self) -> bool {
        self.listening.load(Relaxed)
    }

    pub(super) fn set_publishing(&self, connected: bool) {
        set(&self.publishing, "publisher", connected);
    }

    pub(super) fn set_listening(&self, connected: bool) {
        set(&self.listening, "listener", connected);
    }
}

fn set(flag: &AtomicBool, task: &'static str, connected: bool) {
    if flag.swap(connected, Relaxed) != connected {
        metrics::gauge!("tmtp_bus_up", "task" => task).set(f64::from(u8::from(connected)));
        if connected {
            metrics::counter!("tmtp_bus_connects_total", "task" => task).increment(1);
        }
    }
}
