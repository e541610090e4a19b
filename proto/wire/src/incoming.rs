//! What a client receives: answers, presence and queued messages.

mod fields;

use fields::Fields;

use crate::{Answer, Error, Message, MsgId, Receipt, Stamp};

/// A header from the server.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Incoming {
    /// A response, or presence. No data follows it.
    Answer(Answer),
    /// A queued message, to be acked by its id once it is safe; `stamp.data_len` octets follow it.
    Message {
        /// What every queued message has.
        stamp: Stamp,
        /// What it says.
        message: Message,
        /// The checksum it came with; [`headsum_ok`] verifies it.
        headsum: Option<u32>,
    },
    /// Something that this version does not know, or can make no sense of.
    Unknown {
        /// Its op.
        op: String,
        /// The id to ack: where there are both an id and a sender.
        id: Option<MsgId>,
        /// Octets of data that follow it.
        data_len: u64,
    },
}

impl Incoming {
    /// Reads a header's JSON; fields that it does not know are skipped.
    ///
    /// # Errors
    /// [`Error::Header`] when it is not JSON, or lacks what its op needs.
    pub fn parse(json: &[u8]) -> Result<Self, Error> {
        let fields: Fields = serde_json::from_slice(json).map_err(|_| Error::Header)?;
        if fields.datalen.is_some_and(|octets| i64::try_from(octets).is_err()) {
            return Err(Error::Header);
        }
        incoming(fields).ok_or(Error::Header)
    }

    /// Octets of data that follow the header.
    pub fn data_len(&self) -> u64 {
        match self {
            Self::Answer(_) => 0,
            Self::Message { stamp, .. } => stamp.data_len,
            Self::Unknown { data_len, .. } => *data_len,
        }
    }
}

fn incoming(fields: Fields) -> Option<Incoming> {
    match fields.op.as_str() {
        "tmtprev" | "registered" | "info" | "ack" | "quit" | "ohi" => answer(fields).map(Incoming::Answer),
        _ => match (fields.stamp(), fields.message()) {
            (Some(stamp), Some(message)) => {
                Some(Incoming::Message { stamp, message, headsum: fields.headsum })
            }
            _ => Some(unknown(fields)),
        },
    }
}

fn unknown(fields: Fields) -> Incoming {
    let id = fields.from.as_ref().and(fields.id.as_ref()).and_then(|id| id.parse().ok());
    Incoming::Unknown { op: fields.op, id, data_len: fields.datalen.unwrap_or(0) }
}

fn answer(fields: Fields) -> Option<Answer> {
    Some(match fields.op.as_str() {
        "tmtprev" => Answer::TmtpRev {
            name: fields.name.unwrap_or_default(),
            auth: fields.auth,
            auth_by: fields.authby.map(|raw| raw.get().to_owned()),
        },
        "registered" => Answer::Registered { uid: fields.uid?, nodeid: fields.nodeid?, error: fields.error },
        "info" => Answer::Info { ohi: fields.ohi.unwrap_or_default() },
        "ack" => ack(fields)?,
        "quit" => Answer::Quit { error: fields.error.unwrap_or_default() },
        "ohi" => Answer::Ohi { from: fields.from?, status: fields.status? },
        _ => return None,
    })
}

fn ack(fields: Fields) -> Option<Answer> {
    let result = match (fields.error, fields.msgid, fields.posted) {
        (Some(error), ..) => Err(error),
        (None, Some(msgid), Some(posted)) => {
            Ok(Some(Receipt { msgid: msgid.parse().ok()?, posted: posted.parse().ok()? }))
        }
        (None, None, None) => Ok(None),
        _ => return None,
    };
    Some(Answer::Ack { id: fields.id?, result })
}

/// Whether a header's JSON has a `headsum`, and it is right: the CRC-32C of length digits and JSON as
/// they would be without it (section 4).
pub fn headsum_ok(json: &[u8]) -> bool {
    split_headsum(json).is_some_and(|(before, sum, after)| {
        let digits = format!("{:04x}", before.len() + after.len());
        let plain = [digits.as_bytes(), before, after];
        sum == plain.iter().fold(0, |crc, part| crc32c::crc32c_append(crc, part))
    })
}

/// What stands before the `headsum`, its value, and what stands behind it, with one comma less.
fn split_headsum(json: &[u8]) -> Option<(&[u8], u32, &[u8])> {
    // Inside a string the quotes would be escaped: this can only be a field.
    const NAME: &[u8] = b"\"headsum\":";
    let at = json.windows(NAME.len()).position(|window| window == NAME)?;
    let (before, rest) = json.split_at_checked(at)?;
    let rest = rest.strip_prefix(NAME)?;
    let digits = rest.iter().take_while(|octet| octet.is_ascii_digit()).count();
    let (number, after) = rest.split_at_checked(digits)?;
    let sum = str::from_utf8(number).ok()?.parse().ok()?;
    match after.strip_prefix(b",") {
        Some(after) => Some((before, sum, after)),
        None => Some((before.strip_suffix(b",").unwrap_or(before), sum, after)),
    }
}
