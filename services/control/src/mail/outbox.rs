//! Sends the letters that were taken.

use std::{sync::Arc, time::Duration};

use lettre::{
    AsyncTransport as _, Message,
    message::{
        Mailbox, MultiPart,
        header::{HeaderName, HeaderValue},
    },
};
use tmtp_platform::Backoff;
use tokio::sync::mpsc::Receiver;
use tokio_util::sync::CancellationToken;

use super::{Letter, MailOptions, options::Transport};

/// Letters sent at a time: one slow answer does not hold the others up.
const AT_ONCE: usize = 4;
/// Tries of a letter.
const TRIES: usize = 6;
/// How long a try may take.
const TRY: Duration = Duration::from_secs(30);
/// How long to wait between tries, at first and at most.
const WAIT: [Duration; 2] = [Duration::from_secs(2), Duration::from_secs(120)];

/// The letters that wait, and the way to the server.
pub struct Outbox {
    letters: Receiver<Letter>,
    server: Option<Arc<Server>>,
}

struct Server {
    transport: Transport,
    from: Mailbox,
}

impl Outbox {
    pub(super) fn new(options: &MailOptions, letters: Receiver<Letter>) -> Result<Self, String> {
        let server =
            || Ok::<_, String>(Arc::new(Server { transport: options.transport()?, from: options.sender()? }));
        let server = options.is_set().then(server).transpose()?;
        Ok(Self { letters, server })
    }

    /// Sends letters until `stop`; those that wait then are tried once more.
    pub async fn run(self, stop: CancellationToken) {
        let Self { mut letters, server } = self;
        let Some(server) = server else { return stop.cancelled().await };
        let letters = futures::stream::poll_fn(|context| {
            if stop.is_cancelled() {
                letters.close();
            }
            letters.poll_recv(context)
        });
        let sending = futures::StreamExt::for_each_concurrent(letters, AT_ONCE, |letter| {
            let (server, stop) = (Arc::clone(&server), stop.clone());
            async move { server.send(&letter, &stop).await }
        });
        tokio::pin!(sending);
        tokio::select! {
            () = &mut sending => return,
            () = stop.cancelled() => {}
        }
        // Letters that wait, and tries that are under way, have this long.
        if tokio::time::timeout(TRY, sending).await.is_err() {
            tracing::warn!("mails were left unsent when the process ended");
        }
    }
}

impl Server {
    async fn send(&self, letter: &Letter, stop: &CancellationToken) {
        match self.deliver(letter, stop).await {
            Ok(()) => count("sent"),
            Err(error) => {
                // Not to whom: addresses of people are no matter for logs.
                tracing::warn!(%error, "a mail could not be sent; is control.mail right?");
                count("failed");
            }
        }
    }

    async fn deliver(&self, letter: &Letter, stop: &CancellationToken) -> Result<(), String> {
        let message = self.message(letter)?;
        let mut backoff = Backoff::new(WAIT[0], WAIT[1]);
        let mut said = String::new();
        for _ in 0..TRIES {
            match tokio::time::timeout(TRY, self.transport.send(message.clone())).await {
                Ok(Ok(_)) => return Ok(()),
                Ok(Err(error)) if error.is_permanent() => return Err(error.to_string()),
                Ok(Err(error)) => said = error.to_string(),
                Err(_) => said = format!("no answer within {} s", TRY.as_secs()),
            }
            tokio::select! {
                () = tokio::time::sleep(backoff.next_wait()) => {}
                () = stop.cancelled() => break,
            }
        }
        Err(said)
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
