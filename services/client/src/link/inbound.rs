//! Pieces of messages off a socket.

use bytes::BytesMut;
use tmtp_wire::{Framer, Incoming, Piece, incoming};
use tokio::io::{AsyncRead, AsyncReadExt, ReadHalf};

use crate::Error;

/// Room for a read while headers are expected, and while data is.
const HEADER_ROOM: usize = 4 * 1024;
const DATA_ROOM: usize = 32 * 1024;

pub(super) struct Inbound<S> {
    io: ReadHalf<S>,
    framer: Framer,
    input: BytesMut,
}

impl<S: AsyncRead> Inbound<S> {
    pub fn new(io: ReadHalf<S>) -> Self {
        Self { io, framer: Framer::default(), input: BytesMut::new() }
    }

    /// The next piece.
    pub async fn piece(&mut self) -> Result<Piece, Error> {
        loop {
            if let Some(piece) = self.framer.next(&mut self.input).map_err(protocol)? {
                return Ok(piece);
            }
            self.input.reserve(if self.framer.data_left() > 0 { DATA_ROOM } else { HEADER_ROOM });
            if self.io.read_buf(&mut self.input).await.map_err(|e| Error::lost(&e))? == 0 {
                return Err(Error::Lost("the site closed it without a word".into()));
            }
        }
    }

    /// Reads a header, and from then on expects its data.
    pub fn header(&mut self, json: &[u8]) -> Result<Incoming, Error> {
        let incoming = Incoming::parse(json).map_err(protocol)?;
        if matches!(incoming, Incoming::Message { .. }) && !incoming::headsum_ok(json) {
            return Err(Error::Protocol("a message's headsum is wrong".into()));
        }
        self.framer.expect_data(incoming.data_len());
        Ok(incoming)
    }

    /// Octets of the current message's data that did not come yet.
    pub fn data_left(&self) -> u64 {
        self.framer.data_left()
    }
}

fn protocol(error: tmtp_wire::Error) -> Error {
    Error::Protocol(error.to_string())
}
