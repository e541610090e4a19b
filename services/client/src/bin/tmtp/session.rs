//! One command's time at the site.

use std::time::Duration;

use serde_json::value::RawValue;
use tmtp_client::{Client, Event, Events, Message, MsgId, Settings, Tls};
use tokio::{sync::mpsc, task::JoinHandle, time::timeout};
use tokio_util::sync::CancellationToken;

use crate::{
    args::Common,
    commands::message,
    failure::{Code, Failure},
    history::History,
    profile::{Held, Profile},
};

/// How long a request may go without success, when not told otherwise.
const PATIENCE: Duration = Duration::from_secs(60);
/// How long a command that is done may look at what has arrived.
const LAST_LOOK: Duration = Duration::from_millis(500);
/// A `user` message that brought a new node: its id, the node's label and secret.
pub type NewNode = (MsgId, String, String);

/// What a command needs, but no link yet.
pub struct Desk {
    pub held: Held,
}

impl Desk {
    /// Takes the account that is meant.
    pub fn open(common: &Common) -> Result<Self, Failure> {
        let profile = Profile::find(common)?;
        let name = profile.choose(common.account.as_deref())?;
        let held = profile.hold(&name)?;
        Ok(Self { held })
    }

    /// Logs in for one request or two. Messages that come meanwhile are left to `listen`.
    pub async fn log_in(self, common: &Common) -> Result<Session, Failure> {
        let (client, events) = Client::connect(&self.held.stored.account, settings(common)?).await?;
        Session::new(self.held, client, events)
    }

    /// The same after a sign-in.
    pub async fn sign_in(self, oidc: Box<RawValue>, settings: Settings) -> Result<Session, Failure> {
        let (client, events) = Client::sign_in(&self.held.stored.account, oidc, settings).await?;
        Session::new(self.held, client, events)
    }
}

pub struct Session {
    pub held: Held,
    pub client: Client,
    pub nodes: mpsc::Receiver<NewNode>,
    enough: CancellationToken,
    drain: JoinHandle<()>,
}

impl Session {
    pub fn new(held: Held, client: Client, events: Events) -> Result<Self, Failure> {
        let (found, nodes) = mpsc::channel(128);
        let uid = held.stored.account.uid.clone();
        let drain = Drain { client: client.clone(), history: held.history()?, uid, found };
        let enough = CancellationToken::new();
        let drain = tokio::spawn(drain.run(events, enough.clone()));
        Ok(Self { held, client, nodes, enough, drain })
    }

    /// Says goodbye; the request is done by now, so nothing that goes wrong here matters.
    pub async fn close(mut self) -> Held {
        self.enough.cancel();
        // What has arrived is still looked at, for a moment.
        if timeout(LAST_LOOK, &mut self.drain).await.is_err() {
            self.drain.abort();
        }
        let _ = self.client.close().await;
        self.held
    }
}

/// Takes what comes in while a command runs, so that answers get through. Nothing is acked but what this very
/// login caused: it says nothing to anybody, and would pile up at the site with every command.
struct Drain {
    client: Client,
    history: History,
    uid: String,
    found: mpsc::Sender<NewNode>,
}

impl Drain {
    async fn run(mut self, mut events: Events, enough: CancellationToken) {
        loop {
            let next = tokio::select! {
                biased;
                next = events.next() => next,
                () = enough.cancelled() => return,
            };
            let Some(Ok(event)) = next else { return };
            let Event::Message(received) = event else { continue };
            let id = received.stamp.id;
            match &received.message {
                Message::Login if received.stamp.from == self.uid => {
                    let known = self.history.has(id);
                    // What cannot be written down is left to `listen`.
                    let safe = known || self.history.add(id, &message::describe(&received)).is_ok();
                    if safe {
                        self.client.ack(id).await;
                    }
                }
                Message::UserNode { newnode, nodeid } => {
                    let _ = self.found.try_send((id, newnode.clone(), nodeid.clone()));
                }
                _ => {}
            }
        }
    }
}

pub fn settings(common: &Common) -> Result<Settings, Failure> {
    let tls = match &common.ca {
        Some(file) => Tls::with_extra_ca(file)?,
        None => Tls::new()?,
    };
    let mut settings = Settings::with_tls(tls);
    settings.timing.patience = common.timeout.unwrap_or(PATIENCE);
    Ok(settings)
}

/// Ends a command that takes longer than it was given.
pub async fn in_time<T>(
    common: &Common,
    work: impl Future<Output = Result<T, Failure>>,
) -> Result<T, Failure> {
    let Some(limit) = common.timeout else { return work.await };
    match timeout(limit, work).await {
        Ok(result) => result,
        Err(_) => {
            let text = format!("not done within {} s", limit.as_secs_f32());
            Err(Failure::new(Code::TimedOut, text).hint("give it more time with --timeout SECONDS"))
        }
    }
}

/// Resolves when the user or the system wants the program to end.
pub async fn interrupted() {
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        if let Ok(mut terminate) = signal(SignalKind::terminate()) {
            tokio::select! {
                _ = tokio::signal::ctrl_c() => return,
                _ = terminate.recv() => return,
            }
        }
    }
    let _ = tokio::signal::ctrl_c().await;
}
