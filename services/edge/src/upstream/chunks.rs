//! The parts of a large request on their way to delivery. As long as no process took any of them, another one can have them all.

use std::{
    pin::Pin,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    task::{Context, Poll},
};

use tmtp_grpc::delivery::SubmitChunk;
use tokio::sync::mpsc;
use tokio_stream::Stream;

/// What all tries share.
pub struct Chunks(Arc<Mutex<Shared>>);

struct Shared {
    source: mpsc::Receiver<SubmitChunk>,
    /// The latest try: an earlier one may be polled still while its connection ends, and gets nothing.
    latest: u32,
    begun: bool,
}

/// The parts, for one try.
pub struct Try {
    shared: Arc<Mutex<Shared>>,
    number: u32,
}

impl Chunks {
    pub fn new(source: mpsc::Receiver<SubmitChunk>) -> Self {
        Self(Arc::new(Mutex::new(Shared { source, latest: 0, begun: false })))
    }

    /// From now on the parts go to this try alone; `None` once some of them went to another.
    pub fn for_next_try(&self) -> Option<Try> {
        let mut shared = lock(&self.0);
        if shared.begun {
            return None;
        }
        shared.latest += 1;
        Some(Try { shared: Arc::clone(&self.0), number: shared.latest })
    }
}

impl Drop for Chunks {
    /// It is over: a try that is still there, in a connection's hands, takes no more, and whoever sends the data hears that.
    fn drop(&mut self) {
        lock(&self.0).source.close();
    }
}

impl Stream for Try {
    type Item = SubmitChunk;

    fn poll_next(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<SubmitChunk>> {
        let mut shared = lock(&self.shared);
        if shared.latest != self.number {
            return Poll::Ready(None);
        }
        let next = shared.source.poll_recv(cx);
        shared.begun |= next.is_ready();
        next
    }
}

fn lock(shared: &Mutex<Shared>) -> MutexGuard<'_, Shared> {
    shared.lock().unwrap_or_else(PoisonError::into_inner)
}
