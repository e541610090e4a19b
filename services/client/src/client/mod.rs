//! A member's node that stays connected: new links when one ends, requests sent again, one stream of events.

mod acked;
mod driver;
mod events;
mod join;
mod requests;
mod shared;

use std::sync::Arc;

use serde_json::value::RawValue;
use tmtp_wire::{MsgId, Receipt};
use tokio::{sync::mpsc, time::Instant};
use tokio_util::task::AbortOnDropHandle;

pub use events::{Event, Events};
pub use join::{Joined, Registration};

use crate::{Account, Error, Hello, Link, Outgoing, Settings, error::Quit};
use driver::{Driver, Opened};
use shared::{Shared, State};

/// Events that wait for their taker.
const EVENTS: usize = 8;

/// A member's node at a site. Cheap to clone; when the last clone is gone, the link is cut.
///
/// Requests are sent one at a time, in the order in which they were made, and sent again, with the same id and
/// content, when an answer or the link is lost: the site then answers without a second message.
///
/// Take from the [`Events`] all the time, in another task than the one that makes requests: the answer to a
/// request may stand behind messages. A message that cannot be dealt with now may be dropped: without an ack it
/// comes again. The [`Events`] themselves may be dropped too: then all messages are skipped, and stay at the site.
#[derive(Debug, Clone)]
pub struct Client {
    shared: Arc<Shared>,
    _driver: Arc<AbortOnDropHandle<()>>,
}

impl Client {
    /// Logs in. The first attempt must succeed; from then on links that end are replaced.
    ///
    /// # Errors
    /// Whatever kept the first link from being made.
    pub async fn connect(account: &Account, settings: Settings) -> Result<(Self, Events), Error> {
        let shared = Shared::new(account, settings);
        let opened = shared.open(None).await?;
        Ok(Self::start(shared, Some(opened)))
    }

    /// The same with the token answer of a sign-in, for a site that asks its members for a fresh one now and then: it ends
    /// logins with [`Quit::AuthenticationRequired`].
    ///
    /// # Errors
    /// As [`Self::connect`].
    pub async fn sign_in(
        account: &Account,
        oidc: Box<RawValue>,
        settings: Settings,
    ) -> Result<(Self, Events), Error> {
        let shared = Shared::new(account, settings);
        let opened = shared.open(Some(oidc)).await?;
        Ok(Self::start(shared, Some(opened)))
    }

    /// Starts without a link, and makes one as soon as that is possible.
    pub fn spawn(account: &Account, settings: Settings) -> (Self, Events) {
        Self::start(Shared::new(account, settings), None)
    }

    fn start(shared: Shared, first: Option<Opened>) -> (Self, Events) {
        if let Some(opened) = &first {
            // At once, not when the driver has its first turn: a client may be closed before that.
            shared.state.send_replace(State::Up(Arc::clone(&opened.link)));
        }
        let shared = Arc::new(shared);
        let (sender, queue) = mpsc::channel(EVENTS);
        let driver = Driver::new(Arc::clone(&shared), sender);
        let task = AbortOnDropHandle::new(tokio::spawn(driver.run(first)));
        let events = Events::new(queue, Arc::clone(&shared));
        (Self { shared, _driver: Arc::new(task) }, events)
    }

    /// Sends a request until it is answered: over as many links as it takes, for as long as
    /// [`crate::Timing::patience`] allows.
    ///
    /// # Errors
    /// [`Error::Refused`] by the site; [`Error::Quit`] when the site ended the link for it or will not have this
    /// node back; what went wrong last when patience is at its end.
    pub async fn request(&self, outgoing: &Outgoing) -> Result<Option<Receipt>, Error> {
        let _turn = self.shared.turn.lock().await;
        let mut failing_since = None;
        loop {
            let since = failing_since.unwrap_or_else(Instant::now);
            let error = match self.shared.link(since + self.shared.timing().patience).await {
                Ok(link) => match attempt(&link, outgoing).await {
                    Ok(receipt) => return Ok(receipt),
                    Err(error) => error,
                },
                Err(error) => return Err(error),
            };
            let hopeless = !error.is_passing() || matches!(error, Error::Quit(Quit::BadRequest(_)));
            let since = *failing_since.get_or_insert_with(Instant::now);
            if hopeless || since.elapsed() >= self.shared.timing().patience {
                return Err(error);
            }
        }
    }

    /// Acks a message: the site will forget it, so it should be safe by now. When there is no link, the ack
    /// follows when the message comes again; it is not shown a second time.
    pub async fn ack(&self, id: MsgId) {
        self.shared.remember_ack(id);
        if let Some(link) = self.shared.current_link() {
            // A link that has just ended: the ack follows later, as above.
            let _ = link.ack(id).await;
        }
    }

    /// Says goodbye: everything said before is still sent, then Quit, and no new link is made.
    ///
    /// # Errors
    /// When the site did not answer in time, or the link was lost: the last acks may then be lost too, and what
    /// they were for will come again.
    pub async fn close(self) -> Result<(), Error> {
        let result = match self.shared.current_link() {
            Some(link) => link.quit().await,
            None => Ok(()),
        };
        self.shared.stop.cancel();
        result
    }
}

async fn attempt(link: &Link, outgoing: &Outgoing) -> Result<Option<Receipt>, Error> {
    let result = link.request(outgoing).await;
    if let Err(error @ Error::TimedOut { .. }) = &result {
        // Silent for two answer times: a new link may lead somewhere else.
        link.cut(error.clone());
    }
    result
}

impl Shared {
    async fn open(&self, oidc: Option<Box<RawValue>>) -> Result<Opened, Error> {
        let hello = Hello::Login { uid: self.uid.clone(), node: self.node.clone(), oidc };
        let (link, arrivals, greeting) =
            Link::open(&self.site, &self.settings.tls, &hello, self.timing()).await?;
        Ok(Opened::new(link, arrivals, greeting))
    }
}
