//! A message in a queue: a file with exactly the octets to send.

use std::{fs::File, io::Read as _, path::Path};

use bytes::Bytes;
use serde::Deserialize;
use tmtp_wire::{MsgId, Posted, incoming::headsum_ok};

/// Digits of a header's length, and most octets of a header.
const DIGITS: usize = 4;
const HEADER_MAX: usize = 65_535;

/// What a message's file begins with.
#[derive(Debug, Clone)]
pub struct Letter {
    pub id: MsgId,
    pub posted: Posted,
    /// Length digits and header.
    pub head: Bytes,
    /// Octets of data behind it.
    pub octets: u64,
    /// Goes ahead of those that are not.
    pub urgent: bool,
}

#[derive(Deserialize)]
struct Header {
    op: String,
    id: String,
    #[serde(rename = "from")]
    _from: String,
    posted: String,
    #[serde(default)]
    datalen: u64,
}

/// The id in a file's name, which begins with a letter for its rank.
pub fn id_of(name: &str) -> Option<MsgId> {
    let rest = name.strip_prefix(|first: char| first.is_ascii_alphabetic())?;
    rest.parse().ok().filter(|id: &MsgId| i64::try_from(id.0).is_ok())
}

/// Reads the beginning of the message with this id, and looks whether the file is whole; else says why it is not.
pub fn read(path: &Path, id: MsgId) -> Result<Letter, String> {
    let (head, octets) = open(path)?;
    let json = &head[DIGITS..];
    let odd = |error: &dyn std::fmt::Display| format!("its header is not a message's: {error}");
    let header: Header = serde_json::from_slice(json).map_err(|error| odd(&error))?;
    let posted = header.posted.parse().map_err(|error| odd(&error))?;
    if header.id != id.to_string() {
        return Err(format!("is named {id}, but its id is {}", header.id));
    }
    if !headsum_ok(json) {
        return Err("is damaged: its header's checksum is wrong".to_owned());
    }
    if header.datalen != octets {
        return Err(format!("is not whole: {octets} octets of data in place of {}", header.datalen));
    }
    Ok(Letter { id, posted, head: head.into(), octets, urgent: header.op == "user" })
}

/// The framed header, and how much stands behind it.
fn open(path: &Path) -> Result<(Vec<u8>, u64), String> {
    let failed = |error: std::io::Error| format!("cannot be read: {error}");
    let file = File::open(path).map_err(failed)?;
    let length = file.metadata().map_err(failed)?.len();
    let mut head = Vec::new();
    (&file).take((DIGITS + HEADER_MAX) as u64).read_to_end(&mut head).map_err(failed)?;
    let digits = head.get(..DIGITS).and_then(|digits| str::from_utf8(digits).ok());
    let header = digits.and_then(|digits| usize::from_str_radix(digits, 16).ok());
    let end = header.map(|octets| DIGITS + octets).filter(|end| *end <= head.len());
    let end = end.ok_or("does not begin with a header")?;
    head.truncate(end);
    Ok((head, length - end as u64))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_named_by_a_letter_and_an_id() {
        assert_eq!(id_of("n16b3c2a0f1e2d3c4"), Some(MsgId(0x16b3_c2a0_f1e2_d3c4)));
        for odd in ["16b3c2a0f1e2d3c4", "n16b3c2a0f1e2d3", "nn16b3c2a0f1e2d3c4", "nfff3c2a0f1e2d3c4", ""] {
            assert_eq!(id_of(odd), None, "{odd}");
        }
    }
}
