//! Framing: section 1. `length header data`, in any fragmentation, with bounded memory.

use bytes::{Bytes, BytesMut};

use crate::Error;

/// Cuts a stream of octets into headers and data. It never reserves memory for what a header merely
/// announces, and works the same for both directions.
///
/// ```ignore
/// while let Some(piece) = framer.next(&mut input)? {
///     match piece {
///         Piece::Header(json) => framer.expect_data(parse(&json)?.data_len),
///         Piece::Data(chunk) => ..,
///     }
/// }
/// ```
#[derive(Debug, Default)]
pub struct Framer {}

/// A piece of a message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Piece {
    /// A whole header's JSON, without its length digits.
    Header(Bytes),
    /// Some of the data announced by [`Framer::expect_data`]; never empty, never more than is left.
    Data(Bytes),
}

impl Framer {
    /// Takes the next piece off `input`; `None` when it needs more input than that.
    ///
    /// # Errors
    /// [`Error::HeaderLength`]; the stream cannot be read on.
    pub fn next(&mut self, _input: &mut BytesMut) -> Result<Option<Piece>, Error> {
        unimplemented!()
    }

    /// Says how many octets of data follow the header just taken.
    pub fn expect_data(&mut self, _octets: u64) {
        unimplemented!()
    }

    /// Octets of announced data not yet handed out.
    pub fn data_left(&self) -> u64 {
        unimplemented!()
    }

    /// Whether the next octet begins a new message (given that `input` is empty).
    pub fn at_boundary(&self) -> bool {
        unimplemented!()
    }
}
