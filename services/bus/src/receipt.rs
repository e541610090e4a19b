//! What became of a hint on its way out.

use tokio::sync::oneshot;

/// Whether a hint has left this process, which is not to say that anybody has heard it: who listens is told when it may
/// have missed something. May be dropped by whoever does not care.
#[derive(Debug)]
pub struct Receipt(State);

#[derive(Debug)]
enum State {
    Known(bool),
    Awaited(oneshot::Receiver<()>),
}

impl Receipt {
    /// Of a hint that has left.
    pub(crate) fn left() -> Self {
        Self(State::Known(true))
    }

    /// Of a hint that has not, and will not soon.
    pub(crate) fn kept() -> Self {
        Self(State::Known(false))
    }

    /// Of a hint that is about to leave: it has once the sender sends.
    pub(crate) fn awaited(left: oneshot::Receiver<()>) -> Self {
        Self(State::Awaited(left))
    }

    /// Waits until that is known. `false`: it was dropped, or there is no connection now. A connection that swallows
    /// everything takes some seconds to be known as such; whoever is in a hurry gives up before.
    pub async fn has_left(self) -> bool {
        match self.0 {
            State::Known(known) => known,
            State::Awaited(left) => left.await.is_ok(),
        }
    }
}
