//! Everything that comes in on a link, sorted: answers to the one who waits, the rest to the arrivals.

use std::sync::Arc;

use bytes::Bytes;
use tmtp_wire::{Answer, Incoming, Piece};
use tokio::{net::TcpStream, sync::mpsc};
use tokio_rustls::client::TlsStream;

use super::{Arrival, Body, Received, inbound::Inbound, pending::Pending};
use crate::{Error, error::Quit};

pub(super) struct Reader {
    inbound: Inbound<TlsStream<TcpStream>>,
    arrived: mpsc::Sender<Arrival>,
    pending: Arc<Pending>,
    /// Where the current message's data goes; none while it is skipped.
    body: Option<mpsc::Sender<Bytes>>,
}

impl Reader {
    pub fn new(
        inbound: Inbound<TlsStream<TcpStream>>,
        arrived: mpsc::Sender<Arrival>,
        pending: Arc<Pending>,
    ) -> Self {
        Self { inbound, arrived, pending, body: None }
    }

    /// Reads until the link ends; says why it did.
    pub async fn run(mut self) -> Error {
        loop {
            if let Err(error) = self.step().await {
                return error;
            }
        }
    }

    async fn step(&mut self) -> Result<(), Error> {
        let piece = self.inbound.piece().await?;
        self.pending.heard();
        match piece {
            Piece::Header(json) => match self.inbound.header(&json)? {
                Incoming::Answer(answer) => self.answer(answer).await,
                Incoming::Message { stamp, message, .. } => {
                    let (pieces, body) = Body::new(stamp.data_len);
                    self.body = (stamp.data_len > 0).then_some(pieces);
                    self.arrive(Arrival::Message(Received { stamp, message, body })).await;
                    Ok(())
                }
                Incoming::Unknown { op, id, .. } => {
                    self.arrive(Arrival::Unknown { op, id }).await;
                    Ok(())
                }
            },
            Piece::Data(octets) => {
                self.data(octets).await;
                Ok(())
            }
        }
    }

    async fn answer(&mut self, answer: Answer) -> Result<(), Error> {
        match answer {
            Answer::Ack { id, result } => self.pending.answered(&id, result),
            Answer::Ohi { from, status } => {
                self.arrive(Arrival::Presence { uid: from, online: status == 1 }).await;
            }
            Answer::Quit { error } => return Err(Error::Quit(Quit::from(error.as_str()))),
            Answer::TmtpRev { .. } | Answer::Registered { .. } | Answer::Info { .. } => {
                return Err(Error::Protocol("a second answer to the login".into()));
            }
        }
        Ok(())
    }

    /// Waits for room; skips what nobody takes any more.
    async fn arrive(&mut self, arrival: Arrival) {
        if self.arrived.send(arrival).await.is_err() {
            self.body = None;
        }
    }

    async fn data(&mut self, octets: Bytes) {
        if let Some(body) = &self.body
            && (body.send(octets).await.is_err() || self.inbound.data_left() == 0)
        {
            self.body = None;
        }
        // Waiting for a slow taker is not the site's silence.
        self.pending.heard();
    }
}
