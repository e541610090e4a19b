//! Message ids and times (section 4).

use std::{fmt, str::FromStr};

/// A message's id: 16 lower-case hex digits on the wire. Grows with every id that is assigned.
/// Never above `i64::MAX`, so that a database's signed integer holds it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct MsgId(pub u64);

impl MsgId {
    /// The lowest id that is given at this time: milliseconds since 1970.
    pub fn at(unix_ms: i64) -> Self {
        Self(u64::try_from(unix_ms).unwrap_or(0).saturating_mul(1_000_000))
    }

    /// When it was given, where the clock was right: milliseconds since 1970.
    pub fn unix_ms(self) -> i64 {
        i64::try_from(self.0 / 1_000_000).unwrap_or(i64::MAX)
    }
}

impl fmt::Display for MsgId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:016x}", self.0)
    }
}

/// Not the id of a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a message id")]
pub struct NotAnId;

impl FromStr for MsgId {
    type Err = NotAnId;

    /// Takes exactly what the server sends: 16 lower-case hex digits.
    fn from_str(text: &str) -> Result<Self, NotAnId> {
        let lower_hex = |b: u8| b.is_ascii_digit() || (b'a'..=b'f').contains(&b);
        if text.len() != 16 || !text.bytes().all(lower_hex) {
            return Err(NotAnId);
        }
        u64::from_str_radix(text, 16).map(Self).map_err(|_| NotAnId)
    }
}

/// When a message was taken: milliseconds since 1970, UTC. Shown as `2006-01-02T15:04:05.000Z`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Posted(pub i64);

impl fmt::Display for Posted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match jiff::Timestamp::from_millisecond(self.0) {
            Ok(time) => write!(f, "{time:.3}"),
            Err(_) => f.write_str("1970-01-01T00:00:00.000Z"),
        }
    }
}

/// Not a time as the server writes it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a time in milliseconds, UTC")]
pub struct NotATime;

impl FromStr for Posted {
    type Err = NotATime;

    /// Takes exactly what the server sends: `2006-01-02T15:04:05.000Z`.
    fn from_str(text: &str) -> Result<Self, NotATime> {
        let time: jiff::Timestamp = text.parse().map_err(|_| NotATime)?;
        let posted = Self(time.as_millisecond());
        if posted.to_string() == text { Ok(posted) } else { Err(NotATime) }
    }
}
