//! Mail: taken at once, sent by a task of its own. An answer to a request never waits for a mail server.

mod letter;
mod options;
mod outbox;

pub use letter::{Letter, Link};
pub use options::MailOptions;
pub use outbox::Outbox;

use tokio::sync::mpsc::{self, Sender};

/// Letters that may wait to be sent; one more is refused.
const WAITING: usize = 1_000;

/// Takes letters. Without a mail server in the settings it takes none.
#[derive(Debug, Clone, Default)]
pub struct Mailer {
    letters: Option<Sender<Letter>>,
}

impl Mailer {
    /// Takes letters for this server; what it takes is sent while [`Outbox::run`] runs.
    ///
    /// # Errors
    /// When the options have a fault, in words that name it.
    pub fn new(options: &MailOptions) -> Result<(Self, Outbox), String> {
        metrics::describe_counter!("tmtp_control_mails_total", "Mails, by what became of them.");
        let (sender, receiver) = mpsc::channel(WAITING);
        let outbox = Outbox::new(options, receiver)?;
        Ok((Self { letters: Some(sender).filter(|_| options.is_set()) }, outbox))
    }

    /// Whether there is a mail server in the settings.
    pub fn is_set(&self) -> bool {
        self.letters.is_some()
    }

    /// Takes a letter, to be sent soon; `false` when there is no mail server, or too many letters wait.
    pub fn send(&self, letter: Letter) -> bool {
        let Some(letters) = &self.letters else { return false };
        let taken = letters.try_send(letter).is_ok();
        if !taken {
            tracing::warn!("a mail was dropped: too many wait; does the mail server answer?");
            outbox::count("dropped");
        }
        taken
    }
}
