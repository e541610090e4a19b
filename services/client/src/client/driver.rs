//! Keeps a client connected, and passes on what comes in.

use std::sync::Arc;

use tmtp_platform::Backoff;
use tmtp_wire::OhiChange;
use tokio::{
    sync::{OwnedMutexGuard, mpsc},
    time::Instant,
};

use super::{
    events::Event,
    shared::{Shared, State},
};
use crate::{Arrival, Arrivals, Error, Greeting, Link, Outgoing};

/// A link just made.
pub(super) struct Opened {
    pub link: Arc<Link>,
    arrivals: Arrivals,
    greeting: Greeting,
    /// Whom to notify is said before any other request is made.
    turn: Option<OwnedMutexGuard<()>>,
}

impl Opened {
    pub fn new(link: Link, arrivals: Arrivals, greeting: Greeting) -> Self {
        let turn = link.first_turn();
        Self { link: Arc::new(link), arrivals, greeting, turn }
    }
}

pub(super) struct Driver {
    shared: Arc<Shared>,
    events: mpsc::Sender<Event>,
    backoff: Backoff,
}

impl Driver {
    pub fn new(shared: Arc<Shared>, events: mpsc::Sender<Event>) -> Self {
        let backoff = Backoff::new(shared.timing().retry_first, shared.timing().retry_max);
        Self { shared, events, backoff }
    }

    /// Until the client is closed, or the site will not have it back.
    pub async fn run(mut self, first: Option<Opened>) {
        let stop = self.shared.stop.clone();
        let reason = tokio::select! {
            reason = self.live(first) => reason,
            () = stop.cancelled() => Error::Closed,
        };
        tracing::debug!(%reason, "client ended");
        // The state first: whoever sees the events end asks it why.
        self.shared.state.send_replace(State::Ended(reason));
    }

    async fn live(&mut self, mut opened: Option<Opened>) -> Error {
        loop {
            let error = match opened.take() {
                Some(opened) => self.serve(opened).await,
                None => match self.shared.open(None).await {
                    Ok(link) => {
                        opened = Some(link);
                        continue;
                    }
                    Err(error) => error,
                },
            };
            if !error.is_passing() {
                return error;
            }
            let retry_in = self.backoff.next_wait();
            self.tell(Event::Disconnected { error, retry_in }).await;
            tokio::time::sleep(retry_in).await;
        }
    }

    /// One link's life. Passes on what arrives, and meanwhile tells the site whom to notify.
    async fn serve(&mut self, opened: Opened) -> Error {
        let Opened { link, arrivals, greeting, turn } = opened;
        let since = Instant::now();
        let Greeting { site_name, online, .. } = greeting;
        self.shared.state.send_replace(State::Up(Arc::clone(&link)));
        self.tell(Event::Connected { site_name, online }).await;
        let error = tokio::select! {
            error = self.forward(arrivals) => error,
            error = self.announce(&link, turn) => error,
        };
        self.shared.state.send_replace(State::Down);
        if since.elapsed() >= self.shared.timing().settled {
            self.backoff.reset();
        }
        error
    }

    async fn forward(&self, mut arrivals: Arrivals) -> Error {
        loop {
            let event = match arrivals.next().await {
                Ok(Arrival::Message(received)) => Event::Message(received),
                Ok(Arrival::Presence { uid, online }) => Event::Presence { uid, online },
                Ok(Arrival::Unknown { op, id }) => Event::Unknown { op, id },
                Err(error) => return error,
            };
            self.tell(event).await;
        }
    }

    /// The site forgets whom to notify with each link. Comes back only when the link has ended.
    async fn announce(&self, link: &Link, turn: Option<OwnedMutexGuard<()>>) -> Error {
        let who = self.shared.presence();
        if let Some(turn) = turn.filter(|_| !who.is_empty())
            && let Err(error) = link.request_in_turn(turn, &Outgoing::ohi_edit(who, OhiChange::Init)).await
            && !link.is_closed()
        {
            self.tell(Event::PresenceRefused { error }).await;
        }
        link.closed().await;
        // What came before the end is still to be taken; the forwarding side then gives the reason.
        std::future::pending().await
    }

    /// Waits for room; when nobody takes events any more, messages are skipped and stay at the site.
    async fn tell(&self, event: Event) {
        let _ = self.events.send(event).await;
    }
}
