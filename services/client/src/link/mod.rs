//! One connection to a site, logged in.
//!
//! A [`Link`] writes, its [`Arrivals`] are what comes in. Reading and writing run in one task of their own,
//! and neither waits for the other. A link that ends stays ended: [`crate::Client`] makes new ones.

mod body;
mod closing;
mod dial;
mod inbound;
mod login;
mod look;
mod pending;
mod reader;
mod writer;

use std::sync::Arc;

use tmtp_wire::{Message, MsgId, Receipt, Stamp};
use tokio::sync::{Mutex, OwnedMutexGuard, mpsc, oneshot};
use tokio_util::task::AbortOnDropHandle;

pub use body::Body;
pub use login::{Greeting, Hello, Registered};
pub use look::{SignInWay, SiteSight};

use crate::{
    Address, Error, Outgoing, Tls,
    error::{Quit, Waiting},
    settings::Timing,
};
use closing::Closing;
use pending::Pending;
use writer::Job;

/// Messages that wait between the socket and their taker. Their bodies wait in pieces, a few each.
const ARRIVALS: usize = 8;
/// Things to write that wait for their turn.
const JOBS: usize = 64;

/// A queued message: to be acked, once it is safe, by the id in its stamp.
#[derive(Debug)]
pub struct Received {
    /// Id, sender, time and length.
    pub stamp: Stamp,
    /// What it says.
    pub message: Message,
    /// Its data, still on its way. Read it to its end, or drop it to skip it.
    pub body: Body,
}

/// What comes in on a link, in order.
#[derive(Debug)]
#[non_exhaustive]
pub enum Arrival {
    /// A queued message.
    Message(Received),
    /// A member who notifies this one came or went.
    Presence {
        /// The member.
        uid: String,
        /// Whether it came.
        online: bool,
    },
    /// Something of an op that this version does not know. Its data was skipped.
    Unknown {
        /// The op.
        op: String,
        /// The id that an ack would take.
        id: Option<MsgId>,
    },
}

/// The incoming side of a link. Take from it steadily: what is not taken holds up the answers behind it.
/// Drop it to skip whatever comes; it will come again on another link, since it was not acked.
#[derive(Debug)]
pub struct Arrivals {
    queue: mpsc::Receiver<Arrival>,
    closing: Closing,
}

impl Arrivals {
    /// The next one, or why there are no more.
    ///
    /// # Errors
    /// The reason for the link's end, once everything that came before it was taken.
    pub async fn next(&mut self) -> Result<Arrival, Error> {
        match self.queue.recv().await {
            Some(arrival) => Ok(arrival),
            None => Err(self.closing.wait().await),
        }
    }
}

/// The outgoing side of a link. Dropping it cuts the connection; [`Link::quit`] ends it in order.
#[derive(Debug)]
pub struct Link {
    jobs: mpsc::Sender<Job>,
    turn: Arc<Mutex<()>>,
    pending: Arc<Pending>,
    closing: Closing,
    timing: Timing,
    _task: AbortOnDropHandle<()>,
}

impl Link {
    /// Connects, says TmtpRev and Register or Login in one go, and waits until the site has let us in.
    ///
    /// # Errors
    /// No connection, no TLS, no answer in time, or the site's [`Error::Quit`].
    pub async fn open(
        address: &Address,
        tls: &Tls,
        hello: &Hello,
        timing: &Timing,
    ) -> Result<(Self, Arrivals, Greeting), Error> {
        let stream = dial::dial(address, tls, timing).await?;
        let (inbound, outbound, greeting) = login::say(stream, hello, timing).await?;
        let (jobs, jobs_due) = mpsc::channel(JOBS);
        let (arrived, queue) = mpsc::channel(ARRIVALS);
        let (closing, pending) = (Closing::default(), Arc::<Pending>::default());
        let reader = reader::Reader::new(inbound, arrived, Arc::clone(&pending));
        let writer = writer::Writer::new(outbound, jobs_due, timing);
        let task = tokio::spawn(run(reader, writer, closing.clone(), timing.clone()));
        let _task = AbortOnDropHandle::new(task);
        let arrivals = Arrivals { queue, closing: closing.clone() };
        let link = Self { jobs, turn: Arc::default(), pending, closing, timing: timing.clone(), _task };
        Ok((link, arrivals, greeting))
    }

    /// Sends a request and waits for its ack; other requests wait meanwhile. Without an answer it is sent a
    /// second time; then, if the link is silent altogether, it fails.
    ///
    /// # Errors
    /// [`Error::Refused`] by the site, [`Error::TimedOut`], [`Error::Content`], or the link's end.
    pub async fn request(&self, outgoing: &Outgoing) -> Result<Option<Receipt>, Error> {
        let turn = Arc::clone(&self.turn).lock_owned().await;
        self.request_in_turn(turn, outgoing).await
    }

    /// The turn to make the first request, for the one who has just opened the link.
    pub(crate) fn first_turn(&self) -> Option<OwnedMutexGuard<()>> {
        Arc::clone(&self.turn).try_lock_owned().ok()
    }

    /// A request by the one whose turn it is.
    pub(crate) async fn request_in_turn(
        &self,
        _turn: OwnedMutexGuard<()>,
        outgoing: &Outgoing,
    ) -> Result<Option<Receipt>, Error> {
        tokio::select! {
            biased;
            answer = self.ask(outgoing) => answer,
            error = self.closing.wait() => Err(error),
        }
    }

    async fn ask(&self, outgoing: &Outgoing) -> Result<Option<Receipt>, Error> {
        let (head, id) = outgoing.encode()?;
        let mut answer = self.pending.expect(id);
        let mut sent_before = false;
        loop {
            tokio::select! {
                biased;
                given = answer.given() => return given.map_err(Error::Refused),
                written = self.write(head.clone(), outgoing) => written?,
            }
            match tokio::time::timeout(self.timing.answer, answer.given()).await {
                Ok(given) => return given.map_err(Error::Refused),
                Err(_) if sent_before && self.pending.silent_for() >= self.timing.answer => {
                    return Err(Error::TimedOut { waiting: Waiting::Answer, after: self.timing.answer * 2 });
                }
                Err(_) => sent_before = true,
            }
        }
    }

    /// Comes back when the last octet is with the system, or the link has ended.
    async fn write(&self, head: Vec<u8>, outgoing: &Outgoing) -> Result<(), Error> {
        let (done, written) = oneshot::channel();
        let job = Job::Request { head, source: outgoing.source().cloned(), done };
        if self.jobs.send(job).await.is_err() {
            return Err(self.closing.wait().await);
        }
        match written.await {
            Ok(Ok(())) => Ok(()),
            Ok(Err(error)) if !error.is_passing() => Err(error),
            // The site's last word says more than a broken pipe.
            _ => Err(self.closing.wait().await),
        }
    }

    /// Acks a message: the site forgets it. Comes back when the ack is on its way.
    ///
    /// # Errors
    /// The reason for the link's end.
    pub async fn ack(&self, id: MsgId) -> Result<(), Error> {
        match self.jobs.send(Job::Ack(id)).await {
            Ok(()) => Ok(()),
            Err(_) => Err(self.closing.wait().await),
        }
    }

    /// Acks a message unless too much waits to be written: then it will come again.
    pub(crate) fn ack_if_room(&self, id: MsgId) {
        let _ = self.jobs.try_send(Job::Ack(id));
    }

    /// Says Quit behind everything that was said before, and waits a moment for `logout ok`.
    ///
    /// # Errors
    /// Why the link ended, if not for that.
    pub async fn quit(&self) -> Result<(), Error> {
        let goodbye = async {
            let _ = self.jobs.send(Job::Quit).await;
            self.closing.wait().await
        };
        match tokio::time::timeout(self.timing.goodbye, goodbye).await {
            Ok(Error::Quit(Quit::LogoutOk)) => Ok(()),
            Ok(error) => Err(error),
            Err(_) => Err(Error::TimedOut { waiting: Waiting::Answer, after: self.timing.goodbye }),
        }
    }

    /// Cuts the link, for a reason of one's own.
    pub(crate) fn cut(&self, reason: Error) {
        self.closing.close(reason);
    }

    /// Whether the link has ended.
    pub fn is_closed(&self) -> bool {
        self.closing.is_closed()
    }

    /// Waits for the link's end, and says why.
    pub async fn closed(&self) -> Error {
        self.closing.wait().await
    }
}

/// The link's task: both directions at once, until one ends.
async fn run(reader: reader::Reader, writer: writer::Writer, closing: Closing, timing: Timing) {
    let mut reading = std::pin::pin!(reader.run());
    let mut writing = std::pin::pin!(writer.run());
    let error = tokio::select! {
        error = &mut reading => error,
        error = closing.wait() => error,
        // The site may have said why it no longer reads.
        error = &mut writing => match tokio::time::timeout(timing.goodbye, &mut reading).await {
            Ok(last_word @ Error::Quit(_)) => last_word,
            _ => error,
        },
    };
    tracing::debug!(%error, "link ended");
    closing.close(error);
}
