//! Sends the letters that were taken, and tries again later what did not work.

use std::{sync::Arc, time::Duration};

use futures::{StreamExt as _, future::BoxFuture, stream::FuturesUnordered};
use lettre::{
    AsyncTransport as _, Message,
    message::{
        Mailbox, MultiPart,
        header::{HeaderName, HeaderValue},
    },
};
use tmtp_platform::Backoff;
use tmtp_store::admin::{MailOf, OrgId};
use tokio::{sync::mpsc::Receiver, time::Instant};
use tokio_util::sync::CancellationToken;

use super::{Letter, MailOptions, options::Transport, queue::Queue, waiting::Place};
use crate::Registry;

/// Tries of a letter.
const TRIES: u32 = 8;
/// How long a try may take.
const TRY: Duration = Duration::from_secs(30);
/// How long to wait between tries, at first and at most. A server that does not know us wants some minutes to pass.
const WAIT: [Duration; 2] = [Duration::from_secs(4), Duration::from_secs(600)];

/// A letter that was taken, and its place among those that wait.
#[derive(Debug)]
pub(super) struct Taken {
    pub org: OrgId,
    pub letter: Letter,
    pub of: Option<MailOf>,
    pub place: Place,
}

/// The letters that wait, and the way to the server.
pub struct Outbox {
    letters: Receiver<Taken>,
    server: Option<Server>,
}

struct Server {
    transport: Transport,
    from: Mailbox,
    /// Where it is noted what became of letters.
    registry: Option<Registry>,
}

/// A letter on its way.
struct Pending {
    /// Why there can be none is what its try says.
    message: Result<Message, String>,
    of: Option<MailOf>,
    tries: u32,
    backoff: Backoff,
    _place: Place,
}

/// What came of a try.
enum Tried {
    Done,
    /// It may work later.
    Failed(Box<Pending>),
}

impl Outbox {
    pub(super) fn new(options: &MailOptions, letters: Receiver<Taken>) -> Result<Self, String> {
        let server = || {
            Ok::<_, String>(Server {
                transport: options.transport()?,
                from: options.sender()?,
                registry: None,
            })
        };
        let server = options.is_set().then(server).transpose()?;
        Ok(Self { letters, server })
    }

    /// The same that notes what becomes of letters to those who were invited.
    #[must_use]
    pub fn noting(self, registry: Registry) -> Self {
        let server = self.server.map(|server| Server { registry: Some(registry), ..server });
        Self { server, ..self }
    }

    /// Sends letters until `stop`; those that wait then are tried once more.
    pub async fn run(self, stop: CancellationToken) {
        let Self { mut letters, server } = self;
        let Some(server) = server else { return stop.cancelled().await };
        let (server, queue) = (Arc::new(server), Queue::default());
        let mut desk = Desk { server, queue, tries: FuturesUnordered::new(), is_ending: false };
        tokio::select! {
            () = desk.work(&mut letters) => return,
            () = stop.cancelled() => {}
        }
        // Letters that wait, and tries that are under way, have this long.
        letters.close();
        if tokio::time::timeout(TRY, desk.finish(&mut letters)).await.is_err() {
            tracing::warn!("mails were left unsent when the process ended");
        }
    }
}

/// Where letters are worked on.
struct Desk {
    server: Arc<Server>,
    queue: Queue<Box<Pending>>,
    tries: FuturesUnordered<BoxFuture<'static, (OrgId, Tried)>>,
    /// There are no more tries.
    is_ending: bool,
}

impl Desk {
    /// Goes on until nobody can bring letters any more.
    async fn work(&mut self, letters: &mut Receiver<Taken>) {
        loop {
            self.begin();
            let due = self.queue.due();
            tokio::select! {
                taken = letters.recv() => match taken {
                    Some(taken) => {
                        self.put(taken);
                        // All that came: whose turn it is shows only then.
                        while let Ok(taken) = letters.try_recv() {
                            self.put(taken);
                        }
                    }
                    None => return,
                },
                Some((org, tried)) = self.tries.next() => self.settle(org, tried),
                () = until(due) => {}
            }
        }
    }

    /// Tries what is left once.
    async fn finish(&mut self, letters: &mut Receiver<Taken>) {
        self.is_ending = true;
        while let Some(taken) = letters.recv().await {
            self.put(taken);
        }
        self.queue.hurry();
        loop {
            self.begin();
            let Some((org, tried)) = self.tries.next().await else { return };
            self.queue.done(org);
            // One whose try was under way when the end came has the last one now.
            if let Tried::Failed(pending) = tried {
                self.queue.add(org, pending);
            }
        }
    }

    fn put(&mut self, Taken { org, letter, of, place }: Taken) {
        let (message, backoff) = (self.server.message(&letter), Backoff::new(WAIT[0], WAIT[1]));
        self.queue.add(org, Box::new(Pending { message, of, tries: 0, backoff, _place: place }));
    }

    fn begin(&mut self) {
        while let Some((org, pending)) = self.queue.next(Instant::now()) {
            let (server, is_last) = (Arc::clone(&self.server), self.is_ending);
            self.tries.push(Box::pin(async move { (org, server.attempt(pending, is_last).await) }));
        }
    }

    fn settle(&mut self, org: OrgId, tried: Tried) {
        match tried {
            Tried::Failed(mut pending) => {
                let due = Instant::now() + pending.backoff.next_wait();
                self.queue.again(org, pending, due);
            }
            Tried::Done => self.queue.done(org),
        }
    }
}

async fn until(due: Option<Instant>) {
    match due {
        Some(due) => tokio::time::sleep_until(due).await,
        None => std::future::pending().await,
    }
}

fn give_up(why: &str) {
    // Not to whom: addresses of people are no matter for logs.
    tracing::warn!(error = why, "a mail could not be sent; is control.mail right?");
    count("failed");
}

impl Server {
    /// Tries a letter. What becomes of it in the end is noted before its place is another's.
    async fn attempt(&self, mut pending: Box<Pending>, is_last: bool) -> Tried {
        pending.tries += 1;
        let (is_over, why) = self.hand_over(&pending).await;
        if !is_over && !is_last && pending.tries < TRIES {
            return Tried::Failed(pending);
        }
        match &why {
            None => count("sent"),
            Some(why) => give_up(why),
        }
        if let (Some(registry), Some(of)) = (&self.registry, pending.of) {
            registry.end_mail(of, why.as_deref()).await;
        }
        Tried::Done
    }

    /// Whether there is nothing more to try, and why it did not work, if it did not.
    async fn hand_over(&self, pending: &Pending) -> (bool, Option<String>) {
        let message = match &pending.message {
            Ok(message) => message.clone(),
            Err(why) => return (true, Some(why.clone())),
        };
        match tokio::time::timeout(TRY, self.transport.send(message)).await {
            Ok(Ok(_)) => (true, None),
            Ok(Err(error)) => (error.is_permanent(), Some(error.to_string())),
            Err(_) => (false, Some(format!("no answer within {} s", TRY.as_secs()))),
        }
    }

    fn message(&self, letter: &Letter) -> Result<Message, String> {
        let to = letter.to.parse().map_err(|_| "its receiver's address is none".to_owned())?;
        let automatic = HeaderName::new_from_ascii_str("Auto-Submitted");
        let id = format!("<{:032x}@{}>", rand::random::<u128>(), self.from.email.domain());
        Message::builder()
            .from(self.from.clone())
            .to(Mailbox::new(None, to))
            .subject(&letter.subject)
            .message_id(Some(id))
            .raw_header(HeaderValue::new(automatic, "auto-generated".to_owned()))
            .multipart(MultiPart::alternative_plain_html(letter.text(), letter.html()))
            .map_err(|error| error.to_string())
    }
}

pub(super) fn count(result: &'static str) {
    metrics::counter!("tmtp_control_mails_total", "result" => result).increment(1);
}
