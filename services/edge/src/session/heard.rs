//! Which acks a client can have read when it sent what comes next: a request that was sent before its ack could be read is
//! a retry, also where the ack has left meanwhile.

use std::{
    pin::pin,
    sync::atomic::{AtomicBool, AtomicU64, Ordering::Relaxed},
    task::Poll,
};

use tokio::task::coop::has_budget_remaining;

/// Acks by their msgids, which grow.
#[derive(Debug, Default)]
pub struct Heard {
    /// The highest that was written.
    written: AtomicU64,
    /// The highest that was written while nothing of a next request had come.
    through: AtomicU64,
    /// Nothing of a next request has come, as far as is known.
    quiet: AtomicBool,
}

impl Heard {
    /// The highest that the client can have read when it sent what is being read now.
    pub fn through(&self) -> u64 {
        self.through.load(Relaxed)
    }

    /// Whether what is written now is read before anything else is sent, as far as is known.
    pub fn is_quiet(&self) -> bool {
        self.quiet.load(Relaxed)
    }

    /// An ack was written, and it was so or not when that began.
    pub fn written(&self, msgid: u64, was_quiet: bool) {
        self.written.fetch_max(msgid, Relaxed);
        if was_quiet {
            self.through.fetch_max(msgid, Relaxed);
        }
    }

    /// Awaits what comes between two requests, and notes whether anything has.
    pub async fn between_requests<F: Future>(&self, read: F) -> F::Output {
        let mut read = pin!(read);
        std::future::poll_fn(|context| {
            let written = self.written.load(Relaxed);
            // Without budget a read says that nothing came, whatever did.
            let looks = has_budget_remaining();
            let polled = read.as_mut().poll(context);
            match polled {
                Poll::Ready(_) => self.quiet.store(false, Relaxed),
                Poll::Pending if looks => {
                    self.through.fetch_max(written, Relaxed);
                    self.quiet.store(true, Relaxed);
                }
                Poll::Pending => {}
            }
            polled
        })
        .await
    }
}

#[cfg(test)]
mod tests {
    use std::{
        future::{pending, ready},
        task::{Context, Waker},
    };

    use super::*;

    fn poll<F: Future>(future: F) -> Poll<F::Output> {
        pin!(future).as_mut().poll(&mut Context::from_waker(Waker::noop()))
    }

    fn nothing_comes(heard: &Heard) {
        assert!(poll(heard.between_requests(pending::<()>())).is_pending());
    }

    fn something_comes(heard: &Heard) {
        assert!(poll(heard.between_requests(ready(()))).is_ready());
    }

    #[test]
    fn an_ack_counts_for_what_comes_after_it_and_not_for_what_had_come() {
        let heard = Heard::default();
        // What follows a Login may have come with it.
        heard.written(1, heard.is_quiet());
        assert_eq!(heard.through(), 0);
        nothing_comes(&heard);
        assert_eq!(heard.through(), 1, "nothing had come when it was written");
        heard.written(2, heard.is_quiet());
        assert_eq!(heard.through(), 2);
        something_comes(&heard);
        heard.written(3, heard.is_quiet());
        assert_eq!(heard.through(), 2, "a request had come");
        nothing_comes(&heard);
        assert_eq!(heard.through(), 3);
    }

    #[test]
    fn what_comes_while_an_ack_is_written_may_have_been_sent_after_it() {
        let heard = Heard::default();
        nothing_comes(&heard);
        let was_quiet = heard.is_quiet();
        something_comes(&heard);
        heard.written(1, was_quiet);
        assert_eq!(heard.through(), 1);
    }
}
