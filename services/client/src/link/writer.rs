//! Everything that goes out on a link, one thing after the other.

use bytes::{BufMut, BytesMut};
use tmtp_wire::{Head, MsgId, Request};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt, WriteHalf},
    net::TcpStream,
    sync::{mpsc, oneshot},
    time::timeout,
};
use tokio_rustls::client::TlsStream;

use crate::{Error, Source, error::Waiting, settings::Timing};

/// What is written at once: small things are gathered up to this, large ones go in pieces of it.
const CHUNK: usize = 32 * 1024;

pub(super) enum Job {
    Ack(MsgId),
    Request { head: Vec<u8>, source: Option<Source>, done: oneshot::Sender<Result<(), Error>> },
    Quit,
}

pub(super) struct Writer {
    io: WriteHalf<TlsStream<TcpStream>>,
    jobs: mpsc::Receiver<Job>,
    out: BytesMut,
    timing: Timing,
}

impl Writer {
    pub fn new(io: WriteHalf<TlsStream<TcpStream>>, jobs: mpsc::Receiver<Job>, timing: &Timing) -> Self {
        Self { io, jobs, out: BytesMut::new(), timing: timing.clone() }
    }

    /// Writes until the link ends; says why it did.
    pub async fn run(mut self) -> Error {
        loop {
            let turn = match timeout(self.timing.pulse, self.jobs.recv()).await {
                Ok(Some(job)) => self.turn(job).await,
                Ok(None) => Err(Error::Closed),
                Err(_) => self.say(Request::Pulse),
            };
            let result = match turn {
                Ok(()) => self.flush().await,
                error => error,
            };
            if let Err(error) = result {
                return error;
            }
        }
    }

    /// One job, and whatever else waits and fits into one write with it.
    async fn turn(&mut self, first: Job) -> Result<(), Error> {
        self.job(first).await?;
        while self.out.len() < CHUNK
            && let Ok(next) = self.jobs.try_recv()
        {
            self.job(next).await?;
        }
        Ok(())
    }

    async fn job(&mut self, job: Job) -> Result<(), Error> {
        match job {
            Job::Ack(id) => self.say(Request::Ack { id: id.to_string() }),
            Job::Quit => self.say(Request::Quit),
            Job::Request { head, source, done } => {
                let (outcome, link) = match self.request(&head, source).await {
                    Ok(outcome) => (outcome, Ok(())),
                    Err(error) => (Err(error.clone()), Err(error)),
                };
                // Whoever asked may have gone: the octets had to be written all the same.
                let _ = done.send(outcome);
                link
            }
        }
    }

    fn say(&mut self, request: Request) -> Result<(), Error> {
        let head = Head { request, data_len: 0 }.encode().map_err(|e| Error::Request(e.to_string()))?;
        self.out.put_slice(&head);
        Ok(())
    }

    /// The inner error leaves the link usable: nothing was written. The outer one does not.
    async fn request(&mut self, head: &[u8], source: Option<Source>) -> Result<Result<(), Error>, Error> {
        let Some(source) = source else {
            self.out.put_slice(head);
            return self.flush().await.map(Ok);
        };
        let mut content = match source.open().await {
            Ok(content) => content,
            Err(error) => return Ok(Err(Error::content(error))),
        };
        self.out.put_slice(head);
        let mut left = source.len();
        while left > 0 {
            let room = usize::try_from(left).unwrap_or(CHUNK).min(CHUNK);
            self.out.reserve(room);
            let read = content.read_buf(&mut (&mut self.out).limit(room)).await.map_err(Error::content)?;
            left -= read as u64;
            if self.out.len() >= CHUNK || left == 0 {
                self.flush().await?;
            }
        }
        self.flush().await.map(Ok)
    }

    async fn flush(&mut self) -> Result<(), Error> {
        if self.out.is_empty() {
            return Ok(());
        }
        let write = async {
            self.io.write_all(&self.out).await?;
            self.io.flush().await
        };
        match timeout(self.timing.stall, write).await {
            Ok(Ok(())) => self.out.clear(),
            Ok(Err(error)) => return Err(Error::lost(&error)),
            Err(_) => return Err(Error::TimedOut { waiting: Waiting::Room, after: self.timing.stall }),
        }
        // A link at rest holds no large buffer.
        if self.jobs.is_empty() {
            self.out = BytesMut::new();
        }
        Ok(())
    }
}
