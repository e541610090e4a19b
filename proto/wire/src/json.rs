//! Canonical JSON: lower-case names in ascending order, no white space, the escapes of section 1.

use std::io;

use bytes::Bytes;
use serde::{Serialize, Serializer, ser::SerializeMap};
use serde_json::{ser::Formatter, value::RawValue};

use crate::{Error, HEADER_MAX, HEADER_MIN, frame::LENGTH_DIGITS};

/// A header in the making.
#[derive(Default)]
pub(crate) struct Object<'a> {
    fields: Vec<(&'static str, Value<'a>)>,
}

/// What the fields of headers hold.
#[derive(Serialize)]
#[serde(untagged)]
pub(crate) enum Value<'a> {
    Text(&'a str),
    Owned(String),
    Number(u64),
    Flag(bool),
    Texts(&'a [String]),
    Entries(Vec<Entry<'a>>),
    Raw(&'a RawValue),
    Tree(serde_json::Value),
}

/// An entry of `for` or `notefor`. The fields stand in ascending order.
#[derive(Serialize)]
pub(crate) struct Entry<'a> {
    pub id: &'a str,
    #[serde(rename = "type", skip_serializing_if = "Option::is_none")]
    pub kind: Option<u8>,
}

impl<'a> Object<'a> {
    /// The header of an answer or a queued message, by the name of its op.
    pub fn of(op: &'static str) -> Self {
        Self::default().with("op", op)
    }

    /// Adds a field.
    pub fn with(mut self, name: &'static str, value: impl Into<Value<'a>>) -> Self {
        self.fields.push((name, value.into()));
        self
    }

    /// Adds a field where there is a value for it.
    pub fn with_some(self, name: &'static str, value: Option<impl Into<Value<'a>>>) -> Self {
        match value {
            Some(value) => self.with(name, value),
            None => self,
        }
    }

    /// Length digits and JSON.
    pub fn frame(&mut self) -> Result<Bytes, Error> {
        self.fields.sort_by_key(|(name, _)| *name);
        let mut frame = b"0000".to_vec();
        self.serialize(&mut serde_json::Serializer::with_formatter(&mut frame, Canonical))
            .map_err(|_| Error::Header)?;
        let octets = frame.len() - LENGTH_DIGITS;
        if !(HEADER_MIN..=HEADER_MAX).contains(&octets) {
            return Err(Error::HeaderLength);
        }
        for (digit, hex) in frame.iter_mut().zip(format!("{octets:04x}").bytes()) {
            *digit = hex;
        }
        Ok(frame.into())
    }

    /// Length digits and JSON, with the `headsum` of what it would be without (section 4).
    pub fn frame_with_headsum(mut self) -> Result<Bytes, Error> {
        let plain = self.frame()?;
        self.with("headsum", crc32c::crc32c(&plain)).frame()
    }
}

impl Serialize for Object<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(self.fields.len()))?;
        for (name, value) in &self.fields {
            map.serialize_entry(name, value)?;
        }
        map.end()
    }
}

impl<'a> From<&'a str> for Value<'a> {
    fn from(text: &'a str) -> Self {
        Self::Text(text)
    }
}

impl<'a> From<&'a String> for Value<'a> {
    fn from(text: &'a String) -> Self {
        Self::Text(text)
    }
}

impl From<String> for Value<'_> {
    fn from(text: String) -> Self {
        Self::Owned(text)
    }
}

impl From<u64> for Value<'_> {
    fn from(number: u64) -> Self {
        Self::Number(number)
    }
}

impl From<u32> for Value<'_> {
    fn from(number: u32) -> Self {
        Self::Number(number.into())
    }
}

impl From<u8> for Value<'_> {
    fn from(number: u8) -> Self {
        Self::Number(number.into())
    }
}

/// Reads ready-made JSON so that it can be written again in canonical form.
pub(crate) fn tree(json: &str) -> Result<Value<'static>, Error> {
    let mut tree: serde_json::Value = serde_json::from_str(json).map_err(|_| Error::Header)?;
    tree.sort_all_objects();
    Ok(Value::Tree(tree))
}

/// Escapes as section 1 asks, on top of what JSON does.
struct Canonical;

impl Formatter for Canonical {
    fn write_string_fragment<W: ?Sized + io::Write>(
        &mut self,
        out: &mut W,
        fragment: &str,
    ) -> io::Result<()> {
        let mut done = 0;
        for (at, c) in fragment.char_indices() {
            if let Some(escaped) = escape(c) {
                out.write_all(&fragment.as_bytes()[done..at])?;
                out.write_all(escaped.as_bytes())?;
                done = at + c.len_utf8();
            }
        }
        out.write_all(&fragment.as_bytes()[done..])
    }
}

fn escape(c: char) -> Option<&'static str> {
    match c {
        '<' => Some(r"\u003c"),
        '>' => Some(r"\u003e"),
        '&' => Some(r"\u0026"),
        '\u{2028}' => Some(r"\u2028"),
        '\u{2029}' => Some(r"\u2029"),
        _ => None,
    }
}
