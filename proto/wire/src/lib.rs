//! TMTP on the wire: framing, headers, checks, ids, headsum.
//!
//! No I/O, no clock of its own, no async, and no panic on any input. `tmtp-protocol` section numbers
//! in the docs name the part of the contract that a thing comes from.

pub mod answer;
pub mod base32;
pub mod frame;
pub mod id;
pub mod incoming;
mod json;
pub mod message;
pub mod request;
pub mod text;

pub use answer::{Answer, Receipt};
pub use frame::{Framer, Piece};
pub use id::{MsgId, Posted};
pub use incoming::Incoming;
pub use message::{Message, Stamp};
pub use request::{GroupAct, Head, Note, OhiChange, Post, Recipient, RecipientKind, Request, UserEdit};

/// Fewest octets that a header may have (section 1).
pub const HEADER_MIN: usize = 8;
/// Most octets that a header may have (section 1).
pub const HEADER_MAX: usize = 65_535;
/// Most octets in the text of a Ping or GroupInvite (section 3).
pub const TEXT_OCTETS_MAX: u64 = 420;
/// Most UTF-16 code units in the text of a Ping or GroupInvite (section 6).
pub const TEXT_UNITS_MAX: usize = 140;

/// Most octets in an alias or a group name that any site takes.
pub const NAME_OCTETS_MAX: usize = 400;
/// Most octets in the error text of an answer: a longer one is cut.
pub const ERROR_OCTETS_MAX: usize = 512;

/// What a stranger did wrong: its display is the exact text for `quit` (section 2).
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// The length is not four hexadecimal digits, or out of range.
    #[error("invalid header length")]
    HeaderLength,
    /// Not JSON, a field of the wrong type, or the table of section 3 violated.
    #[error("invalid header")]
    Header,
    /// A text or a message over the limit for its kind.
    #[error("data too long for request type")]
    DataTooLong,
    /// A text that is not UTF-8.
    #[error("data not valid UTF8")]
    DataNotUtf8,
    /// PostNotify with no octet of message behind its notification.
    #[error("data too short for request type")]
    DataTooShort,
    /// PostNotify with fornotself and nobody to send the message to.
    #[error("recipient list empty")]
    NoRecipients,
    /// A login whose node is not base32.
    #[error("corrupt base32 value")]
    Base32,
}
