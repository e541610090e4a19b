//! What a client, its driver and its events have in common.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tmtp_wire::MsgId;
use tokio::{
    sync::watch,
    time::{Instant, timeout_at},
};
use tokio_util::sync::CancellationToken;

use super::acked::Acked;
use crate::{Account, Address, Error, Link, Settings, error::Waiting, settings::Timing};

/// Where the client stands.
#[derive(Debug)]
pub(super) enum State {
    /// Without a link, until the next one.
    Down,
    /// With a link.
    Up(Arc<Link>),
    /// For good.
    Ended(Error),
}

pub(super) struct Shared {
    pub site: Address,
    pub uid: String,
    pub node: String,
    pub settings: Settings,
    pub state: watch::Sender<State>,
    /// One request at a time.
    pub turn: tokio::sync::Mutex<()>,
    pub stop: CancellationToken,
    acked: Mutex<Acked>,
    presence: Mutex<Vec<String>>,
}

impl Shared {
    pub fn new(account: &Account, mut settings: Settings) -> Self {
        let presence = Mutex::new(std::mem::take(&mut settings.presence));
        Self {
            site: account.site.clone(),
            uid: account.uid.clone(),
            node: account.node.clone(),
            settings,
            state: watch::Sender::new(State::Down),
            turn: tokio::sync::Mutex::new(()),
            stop: CancellationToken::new(),
            acked: Mutex::default(),
            presence,
        }
    }

    pub fn timing(&self) -> &Timing {
        &self.settings.timing
    }

    /// The link there is, or the next one.
    pub async fn link(&self, until: Instant) -> Result<Arc<Link>, Error> {
        let mut state = self.state.subscribe();
        let ready = state.wait_for(|state| match state {
            State::Down => false,
            State::Up(link) => !link.is_closed(),
            State::Ended(_) => true,
        });
        match timeout_at(until, ready).await {
            Ok(Ok(state)) => match &*state {
                State::Up(link) => Ok(Arc::clone(link)),
                State::Ended(error) => Err(error.clone()),
                State::Down => Err(Error::Closed),
            },
            Ok(Err(_)) => Err(Error::Closed),
            Err(_) => Err(Error::TimedOut { waiting: Waiting::Connection, after: self.timing().patience }),
        }
    }

    pub fn current_link(&self) -> Option<Arc<Link>> {
        match &*self.state.borrow() {
            State::Up(link) => Some(Arc::clone(link)),
            State::Down | State::Ended(_) => None,
        }
    }

    pub fn remember_ack(&self, id: MsgId) {
        lock(&self.acked).insert(id);
    }

    /// Whether this message was acked before; then its ack was lost, and is sent once more.
    pub fn settled_before(&self, id: MsgId) -> bool {
        let known = lock(&self.acked).contains(id);
        if known && let Some(link) = self.current_link() {
            link.ack_if_room(id);
        }
        known
    }

    pub fn presence(&self) -> Vec<String> {
        lock(&self.presence).clone()
    }

    pub fn change_presence(&self, change: impl FnOnce(&mut Vec<String>)) {
        change(&mut lock(&self.presence));
    }
}

impl std::fmt::Debug for Shared {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Shared").field("uid", &self.uid).finish_non_exhaustive()
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
