//! Mail: taken at once, sent by a task of its own. An answer to a request never waits for a mail server.

mod letter;
mod options;
mod outbox;
mod queue;
mod waiting;

pub use letter::{Letter, Link};
pub use options::MailOptions;
pub use outbox::Outbox;

use tmtp_store::admin::{MailOf, OrgId};
use tokio::sync::mpsc::{self, Sender};

use outbox::Taken;
use waiting::{WAITING, Waiting};

/// Takes letters. Without a mail server in the settings it takes none.
#[derive(Debug, Clone, Default)]
pub struct Mailer {
    letters: Option<Sender<Taken>>,
    waiting: Waiting,
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
        let letters = Some(sender).filter(|_| options.is_set());
        Ok((Self { letters, waiting: Waiting::default() }, outbox))
    }

    /// Whether there is a mail server in the settings.
    pub fn is_set(&self) -> bool {
        self.letters.is_some()
    }

    /// Takes a letter, to be sent soon on behalf of an organization; `false` when there is no mail server, or too many
    /// letters wait, of this organization or in all.
    pub fn send(&self, org: OrgId, letter: Letter) -> bool {
        self.send_of(org, letter, None)
    }

    /// The same with a letter to somebody who was invited: what becomes of it is noted with them.
    pub fn send_of(&self, org: OrgId, letter: Letter, of: Option<MailOf>) -> bool {
        let Some(letters) = &self.letters else { return false };
        let place = self.waiting.enter(org);
        let taken = place.is_some_and(|place| letters.try_send(Taken { org, letter, of, place }).is_ok());
        if !taken {
            tracing::warn!(org = org.0, "a mail was dropped: too many wait; does the mail server take them?");
            outbox::count("dropped");
        }
        taken
    }
}
