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
use tmtp_store::admin::OrgId;
use tokio::{sync::mpsc::Receiver, time::Instant};
use tokio_util::sync::CancellationToken;

use super::{Letter, MailOptions, options::Transport, queue::Queue, waiting::Place};

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
    pub place: Place,
}

/// The letters that wait, and the way to the server.
pub struct Outbox {
    letters: Receiver<Taken>,
    server: Option<Arc<Server>>,
}

struct Server {
    transport: Transport,
    from: Mailbox,
}

/// A letter on its way.
struct Pending {
    message: Message,
    tries: u32,
    backoff: Backoff,
    _place: Place,
}

/// What came of a try.
enum Tried {
    Done,
    /// It may work later.
    Failed(Box<Pending>, String),
}

impl Outbox {
    pub(super) fn new(options: &MailOptions, letters: Receiver<Taken>) -> Result<Self, String> {
        let server =
            || Ok::<_, String>(Arc::new(Server { transport: options.transport()?, from: options.sender()? }));
        let server = options.is_set().then(server).transpose()?;
        Ok(Self { letters, server })
    }

    /// Sends letters until `stop`; those that wait then are tried once more.
    pub async fn run(self, stop: CancellationToken) {
        let Self { mut letters, server } = self;
        let Some(server) = server else { return stop.cancelled().await };
        let mut desk = Desk { server, queue: Queue::default(), tries: FuturesUnordered::new() };
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
        while let Some(taken) = letters.recv().await {
            self.put(taken);
        }
        self.queue.hurry();
        loop {
            self.begin();
            let Some((org, tried)) = self.tries.next().await else { return };
            self.queue.done(org);
            if let Tried::Failed(_, why) = tried {
                give_up(&why);
            }
        }
    }

    fn put(&mut self, Taken { org, letter, place }: Taken) {
        match self.server.message(&letter) {
            Ok(message) => {
                let backoff = Backoff::new(WAIT[0], WAIT[1]);
                self.queue.add(org, Box::new(Pending { message, tries: 0, backoff, _place: place }));
            }
            Err(why) => give_up(&why),
        }
    }

    fn begin(&mut self) {
        while let Some((org, pending)) = self.queue.next(Instant::now()) {
            let server = Arc::clone(&self.server);
            self.tries.push(Box::pin(async move { (org, server.attempt(pending).await) }));
        }
    }

    fn settle(&mut self, org: OrgId, tried: Tried) {
        match tried {
            Tried::Failed(pending, why) if pending.tries >= TRIES => {
                drop(pending);
                give_up(&why);
                self.queue.done(org);
            }
            Tried::Failed(mut pending, _) => {
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
    async fn attempt(&self, mut pending: Box<Pending>) -> Tried {
        pending.tries += 1;
        match tokio::time::timeout(TRY, self.transport.send(pending.message.clone())).await {
            Ok(Ok(_)) => count("sent"),
            Ok(Err(error)) if error.is_permanent() => give_up(&error.to_string()),
            Ok(Err(error)) => return Tried::Failed(pending, error.to_string()),
            Err(_) => return Tried::Failed(pending, format!("no answer within {} s", TRY.as_secs())),
        }
        Tried::Done
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
