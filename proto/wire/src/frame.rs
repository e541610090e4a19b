//! Framing: section 1. `length header data`, in any fragmentation, with bounded memory.

use bytes::{Buf, Bytes, BytesMut};

use crate::{Error, HEADER_MAX, HEADER_MIN};

/// Octets of the length in front of a header.
pub(crate) const LENGTH_DIGITS: usize = 4;

/// Cuts a stream of octets into headers and data. It never reserves memory for what a header merely
/// announces, and works the same for both directions.
///
/// ```
/// use bytes::BytesMut;
/// use tmtp_wire::{Framer, Head, Piece};
///
/// let mut input = BytesMut::from(r#"0031{"op":9,"id":"1","from":"a","to":"b","datalen":5}hello"#);
/// let mut framer = Framer::default();
/// while let Some(piece) = framer.next(&mut input)? {
///     match piece {
///         Piece::Header(json) => framer.expect_data(Head::parse(&json)?.data_len),
///         Piece::Data(chunk) => assert_eq!(chunk, "hello"),
///     }
/// }
/// assert!(framer.at_boundary());
/// # Ok::<(), tmtp_wire::Error>(())
/// ```
#[derive(Debug)]
pub struct Framer {
    header_max: usize,
    /// The length of the header that comes next, once its digits were taken.
    header_len: Option<usize>,
    data_left: u64,
}

impl Default for Framer {
    fn default() -> Self {
        Self { header_max: HEADER_MAX, header_len: None, data_left: 0 }
    }
}

/// A piece of a message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Piece {
    /// A whole header's JSON, without its length digits.
    Header(Bytes),
    /// Some of the data announced by [`Framer::expect_data`]; never empty, never more than is left.
    Data(Bytes),
}

impl Framer {
    /// Refuses headers longer than this from now on, where it is less than [`HEADER_MAX`].
    pub fn limit_headers(&mut self, octets: usize) {
        self.header_max = octets.min(HEADER_MAX);
    }

    /// Takes the next piece off `input`; `None` when it needs more input than that.
    ///
    /// # Errors
    /// [`Error::HeaderLength`]; the stream cannot be read on.
    pub fn next(&mut self, input: &mut BytesMut) -> Result<Option<Piece>, Error> {
        if self.data_left > 0 {
            return Ok(self.next_data(input));
        }
        let wanted = match self.header_len {
            Some(octets) => octets,
            None => match take_length(input, self.header_max)? {
                Some(octets) => *self.header_len.insert(octets),
                None => return Ok(None),
            },
        };
        if input.len() < wanted {
            return Ok(None);
        }
        self.header_len = None;
        Ok(Some(Piece::Header(input.split_to(wanted).freeze())))
    }

    fn next_data(&mut self, input: &mut BytesMut) -> Option<Piece> {
        if input.is_empty() {
            return None;
        }
        let octets = usize::try_from(self.data_left).map_or(input.len(), |left| left.min(input.len()));
        self.data_left -= octets as u64;
        Some(Piece::Data(input.split_to(octets).freeze()))
    }

    /// Says how many octets of data follow the header just taken.
    pub fn expect_data(&mut self, octets: u64) {
        self.data_left = octets;
    }

    /// Octets of announced data not yet handed out.
    pub fn data_left(&self) -> u64 {
        self.data_left
    }

    /// Whether the next octet begins a new message (given that `input` is empty).
    pub fn at_boundary(&self) -> bool {
        self.data_left == 0 && self.header_len.is_none()
    }

    /// Whether a header was begun and is not yet whole (given that [`Framer::next`] had its fill of
    /// `input`): for the time-out against those who dribble.
    pub fn header_begun(&self, input: &BytesMut) -> bool {
        self.data_left == 0 && (self.header_len.is_some() || !input.is_empty())
    }
}

/// Takes the length digits off `input` when all four are there.
fn take_length(input: &mut BytesMut, max: usize) -> Result<Option<usize>, Error> {
    let Some(digits) = input.first_chunk::<LENGTH_DIGITS>() else {
        return Ok(None);
    };
    let octets = digits.iter().try_fold(0, |sum: usize, digit| {
        let value = char::from(*digit).to_digit(16).ok_or(Error::HeaderLength)?;
        Ok(sum * 16 + value as usize)
    })?;
    if !(HEADER_MIN..=max).contains(&octets) {
        return Err(Error::HeaderLength);
    }
    input.advance(LENGTH_DIGITS);
    Ok(Some(octets))
}
