//! The few headers that a loading member reads and writes, without an allocation for each.

use std::borrow::Cow;

use anyhow::{Context, Result, bail, ensure};
use serde::Deserialize;
use tmtp_wire::HEADER_MAX;

/// Octets of the length in front of a header.
const DIGITS: usize = 4;
/// Most octets of data that are taken in one piece; longer data is for readers of streams.
pub const DATA_MAX: usize = 4 << 20;

/// What matters here of a header from the server.
#[derive(Debug, Deserialize)]
pub struct Header<'a> {
    #[serde(borrow)]
    pub op: Cow<'a, str>,
    #[serde(borrow, default)]
    pub id: Option<Cow<'a, str>>,
    #[serde(borrow, default)]
    pub from: Option<Cow<'a, str>>,
    #[serde(borrow, default)]
    pub uid: Option<Cow<'a, str>>,
    #[serde(borrow, default)]
    pub nodeid: Option<Cow<'a, str>>,
    #[serde(borrow, default)]
    pub error: Option<Cow<'a, str>>,
    #[serde(default)]
    pub datalen: u64,
}

impl Header<'_> {
    /// The id to ack, where this is a queued message: only those have a sender and an id.
    pub fn to_ack(&self) -> Option<&str> {
        self.from.as_ref().and(self.id.as_deref())
    }
}

/// A whole message at the front of some input.
pub struct Frame<'a> {
    pub header: Header<'a>,
    pub data: &'a [u8],
    /// Octets of all of it.
    pub octets: usize,
}

/// The message at the front of `input`; none when it is not whole yet.
pub fn frame(input: &[u8]) -> Result<Option<Frame<'_>>> {
    let Some((header, begun)) = header(input)? else {
        return Ok(None);
    };
    ensure!(header.datalen <= DATA_MAX as u64, "a message of {} octets came", header.datalen);
    let octets = begun + header.datalen as usize;
    Ok(input.get(begun..octets).map(|data| Frame { header, data, octets }))
}

/// The header at the front of `input`, and where its data begins; none when it is not whole yet.
pub fn header(input: &[u8]) -> Result<Option<(Header<'_>, usize)>> {
    let Some((digits, rest)) = input.split_first_chunk::<DIGITS>() else {
        return Ok(None);
    };
    let octets = usize::from_str_radix(str::from_utf8(digits)?, 16).context("not a length")?;
    ensure!(octets <= HEADER_MAX, "a header of {octets} octets came");
    let Some(json) = rest.get(..octets) else {
        return Ok(None);
    };
    match serde_json::from_slice(json) {
        Ok(header) => Ok(Some((header, DIGITS + octets))),
        Err(error) => bail!("a header that is none ({error}): {}", String::from_utf8_lossy(json)),
    }
}

/// Writes the header of a Post: `to` is the JSON of its `for`.
pub fn post(out: &mut Vec<u8>, request: u64, to: &str, octets: u64) {
    let mut number = itoa(octets);
    framed(out, |out| {
        out.extend_from_slice(br#"{"datalen":"#);
        out.extend_from_slice(number.text());
        out.extend_from_slice(br#","for":"#);
        out.extend_from_slice(to.as_bytes());
        out.extend_from_slice(br#","id":""#);
        number = itoa(request);
        out.extend_from_slice(number.text());
        out.extend_from_slice(br#"","op":7}"#);
    });
}

/// Writes an Ack.
pub fn ack(out: &mut Vec<u8>, id: &str) {
    framed(out, |out| {
        out.extend_from_slice(br#"{"id":""#);
        out.extend_from_slice(id.as_bytes());
        out.extend_from_slice(br#"","op":10}"#);
    });
}

/// Length digits, then what `write` adds.
fn framed(out: &mut Vec<u8>, write: impl FnOnce(&mut Vec<u8>)) {
    const HEX: &[u8; 16] = b"0123456789abcdef";
    let begun = out.len();
    out.extend_from_slice(b"0000");
    write(out);
    let octets = out.len() - begun - DIGITS;
    for (place, digit) in out[begun..].iter_mut().zip([12, 8, 4, 0]) {
        *place = HEX[(octets >> digit) & 15];
    }
}

/// Decimal digits of a number, on the stack.
struct Digits {
    digits: [u8; 20],
    first: usize,
}

impl Digits {
    fn text(&self) -> &[u8] {
        &self.digits[self.first..]
    }
}

fn itoa(mut number: u64) -> Digits {
    let mut digits = Digits { digits: [b'0'; 20], first: 20 };
    loop {
        digits.first -= 1;
        digits.digits[digits.first] = b'0' + (number % 10) as u8;
        number /= 10;
        if number == 0 {
            return digits;
        }
    }
}

/// The JSON of `for` for one member, or several.
pub fn to_members<'a>(uids: impl IntoIterator<Item = &'a str>) -> String {
    let each: Vec<_> = uids.into_iter().map(|uid| format!(r#"{{"id":"{uid}","type":1}}"#)).collect();
    format!("[{}]", each.join(","))
}

/// The JSON of `for` for a group, its sender excluded. The group's name needs no escape.
pub fn to_group(gid: &str) -> String {
    format!(r#"[{{"id":"{gid}","type":3}}]"#)
}

#[cfg(test)]
mod tests {
    use tmtp_wire::{Head, Message, MsgId, Posted, RecipientKind, Request, Stamp};

    use super::*;

    fn parsed(out: &[u8]) -> Head {
        assert_eq!(usize::from_str_radix(str::from_utf8(&out[..4]).unwrap(), 16).unwrap(), out.len() - 4);
        Head::parse(&out[4..]).unwrap()
    }

    #[test]
    fn a_post_is_one_to_the_real_codec() {
        let mut out = Vec::new();
        post(&mut out, 1_234_567, &to_members(["A%", "B+"]), 200);
        let head = parsed(&out);
        assert_eq!(head.data_len, 200);
        let Request::Post { id, post } = head.request else { panic!("not a post") };
        assert_eq!((id.as_str(), post.to.len(), post.to[1].id.as_str()), ("1234567", 2, "B+"));
        out.clear();
        super::post(&mut out, 0, &to_group("everybody"), 1);
        let Request::Post { id, post } = parsed(&out).request else { panic!("not a post") };
        assert_eq!((id.as_str(), post.to[0].kind), ("0", RecipientKind::GroupNotSelf));
    }

    #[test]
    fn an_ack_is_one_to_the_real_codec() {
        let mut out = Vec::new();
        ack(&mut out, "16b3c2a0f1e2d3c4");
        assert!(matches!(parsed(&out).request, Request::Ack { id } if id == "16b3c2a0f1e2d3c4"));
    }

    #[test]
    fn a_delivery_of_the_real_codec_is_read_once_it_is_whole() {
        let stamp = Stamp { id: MsgId(5), from: "A%B".into(), posted: Posted(0), data_len: 3 };
        let message = Message::Delivery { datahead: None, datasum: None, notify: None };
        let mut input = message.encode(&stamp).unwrap().to_vec();
        input.extend_from_slice(b"abc");
        for some in 0..input.len() {
            assert!(frame(&input[..some]).unwrap().is_none(), "{some}");
        }
        input.extend_from_slice(b"next");
        let frame = frame(&input).unwrap().unwrap();
        assert_eq!((frame.header.op.as_ref(), frame.data), ("delivery", &b"abc"[..]));
        assert_eq!(frame.header.to_ack(), Some("0000000000000005"));
        assert_eq!(frame.octets, input.len() - 4);
    }

    #[test]
    fn nonsense_is_an_error() {
        assert!(frame(b"zzzz{}").is_err());
        assert!(frame(b"0008{\"op\":9}").is_err());
    }
}
