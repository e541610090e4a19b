//! One message from the server, checked against everything that holds for all of them.

use anyhow::{Context, Result, bail, ensure};
use serde_json::{Map, Value};

/// What every queued message has.
const STAMP: [&str; 6] = ["op", "id", "from", "posted", "datalen", "headsum"];

/// A message from the server.
#[derive(Debug, Clone)]
pub struct Received {
    /// Its header.
    pub header: Map<String, Value>,
    /// Length digits and JSON, as they came.
    pub framed: Vec<u8>,
    /// Its data.
    pub data: Vec<u8>,
}

/// The three kinds of message that leave a server (section 4).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// To this connection, never queued.
    Response,
    /// Kept until acked.
    Queued,
    /// To connected nodes only.
    Presence,
}

impl Received {
    /// Takes a framed header and its data, and checks both.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn new(framed: Vec<u8>, data: Vec<u8>) -> Result<Self> {
        let json = framed.get(4..).context("a header has length digits")?;
        let header = serde_json::from_slice(json).context("a header is a JSON object")?;
        let message = Self { header, framed, data };
        message.check().with_context(|| format!("a bad message from the server: {message}"))?;
        Ok(message)
    }

    /// Its `op`.
    pub fn op(&self) -> &str {
        self.text("op").unwrap_or_default()
    }

    /// Its `id`, empty when it has none.
    pub fn id(&self) -> &str {
        self.text("id").unwrap_or_default()
    }

    /// A field that is a string.
    pub fn text(&self, name: &str) -> Option<&str> {
        self.header.get(name).and_then(Value::as_str)
    }

    /// A field that is a string and must be there.
    ///
    /// # Errors
    /// When it is not.
    pub fn must(&self, name: &str) -> Result<&str> {
        self.text(name).with_context(|| format!("no {name} in {self}"))
    }

    /// A field that is a number.
    pub fn number(&self, name: &str) -> Option<u64> {
        self.header.get(name).and_then(Value::as_u64)
    }

    /// Which of the three kinds it is.
    pub fn kind(&self) -> Kind {
        match self.op() {
            "ohi" => Kind::Presence,
            "tmtprev" | "registered" | "info" | "ack" | "quit" => Kind::Response,
            _ => Kind::Queued,
        }
    }

    /// Checks that these fields have these values, and that those given as `null` are absent.
    ///
    /// # Errors
    /// Names the first field that differs.
    pub fn expect(&self, fields: &Value) -> Result<()> {
        for (name, value) in fields.as_object().context("fields are an object")? {
            let found = self.header.get(name).unwrap_or(&Value::Null);
            ensure!(found == value, "{name} is {found} and not {value} in {self}");
        }
        Ok(())
    }

    fn check(&self) -> Result<()> {
        let json = std::str::from_utf8(&self.framed[4..]).context("JSON is UTF-8")?;
        ensure!(self.framed == frame(json), "length digits are wrong or not in lower case");
        ensure!(json == canonical(&self.header)?, "JSON is not canonical");
        self.check_names()?;
        match self.kind() {
            Kind::Queued => self.check_stamp(),
            Kind::Response | Kind::Presence => self.check_unstamped(),
        }
    }

    /// No field but those that the protocol knows for this op.
    fn check_names(&self) -> Result<()> {
        let own = own_fields(self.op()).with_context(|| format!("unknown op {:?}", self.op()))?;
        let stamped = self.kind() == Kind::Queued;
        for name in self.header.keys().map(String::as_str) {
            let known = name == "op" || own.contains(&name) || (stamped && STAMP.contains(&name));
            ensure!(known, "unexpected field {name}");
        }
        Ok(())
    }

    fn check_stamp(&self) -> Result<()> {
        ensure!(is_msgid(self.must("id")?), "id is not 16 lower-case hex digits");
        ensure!(is_time(self.must("posted")?), "posted has another form");
        ensure!(is_base32(self.must("from")?, 32), "from is not a uid");
        ensure!(self.number("datalen") == Some(self.data.len() as u64), "datalen is missing or wrong");
        let mut unsigned = self.header.clone();
        unsigned.remove("headsum");
        let sum = crc32c::crc32c(&frame(&canonical(&unsigned)?));
        ensure!(self.number("headsum") == Some(u64::from(sum)), "headsum should be {sum}");
        Ok(())
    }

    fn check_unstamped(&self) -> Result<()> {
        ensure!(
            self.text("id").is_none() || self.text("from").is_none(),
            "only queued messages have from and id"
        );
        ensure!(self.data.is_empty(), "a response carries no data");
        if self.op() != "ack" {
            return Ok(());
        }
        ensure!(self.header.contains_key("id"), "an ack names its request");
        match (self.text("msgid"), self.text("posted"), self.text("error")) {
            (None, None, _) => Ok(()),
            (Some(id), Some(time), None) => {
                ensure!(is_msgid(id) && is_time(time), "msgid or posted has another form");
                Ok(())
            }
            _ => bail!("an ack has msgid and posted, or error, or none of them"),
        }
    }
}

impl std::fmt::Display for Received {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let head: String = String::from_utf8_lossy(&self.framed).chars().take(500).collect();
        write!(f, "{head} + {} octets", self.data.len())
    }
}

/// Length digits and JSON.
pub fn frame(json: &str) -> Vec<u8> {
    format!("{:04x}{json}", json.len()).into_bytes()
}

/// JSON as the server must write it: names in ascending order, no white space, five characters escaped.
///
/// # Errors
/// Never for a value that came from JSON.
pub fn canonical(header: &Map<String, Value>) -> Result<String> {
    let sorted: std::collections::BTreeMap<_, _> = header.iter().collect();
    let json = serde_json::to_string(&sorted)?;
    Ok(json
        .replace('<', "\\u003c")
        .replace('>', "\\u003e")
        .replace('&', "\\u0026")
        .replace('\u{2028}', "\\u2028")
        .replace('\u{2029}', "\\u2029"))
}

/// Fields of an op besides `op` and the stamp of queued messages.
fn own_fields(op: &str) -> Option<&'static [&'static str]> {
    Some(match op {
        "tmtprev" => &["id", "name", "auth", "authby"],
        "registered" => &["uid", "nodeid", "error"],
        "info" => &["info", "ohi"],
        "ack" => &["id", "msgid", "posted", "error"],
        "quit" => &["error"],
        "ohi" => &["from", "status"],
        "login" => &["node"],
        "user" => &["newalias", "newnode", "nodeid"],
        "ohiedit" => &["for", "type"],
        "invite" => &["gid", "alias", "to"],
        "member" => &["act", "gid", "alias", "newalias"],
        "delivery" => &["datahead", "datasum", "notify"],
        "notify" => &["postid", "datahead", "datasum"],
        "ping" => &["alias", "to"],
        _ => return None,
    })
}

/// Whether it is 16 lower-case hex digits.
pub fn is_msgid(text: &str) -> bool {
    text.len() == 16 && text.bytes().all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b))
}

/// Whether it is base32 in the protocol's alphabet, this many characters long.
pub fn is_base32(text: &str, length: usize) -> bool {
    text.len() == length && text.chars().all(|c| "%+123456789BCDFGHJKLMNPQRSTVWXYZ".contains(c))
}

/// Whether it looks like `2006-01-02T15:04:05.000Z`.
pub fn is_time(text: &str) -> bool {
    let form = "0000-00-00T00:00:00.000Z";
    text.len() == form.len()
        && text
            .chars()
            .zip(form.chars())
            .all(|(c, like)| if like == '0' { c.is_ascii_digit() } else { c == like })
}

#[cfg(test)]
mod tests {
    use super::*;

    const PING: &str = r#"{"alias":"R\u0026D \u003cdesk\u003e","datalen":2,"from":"1BC2DF3GH4JK5LM6NP7QR8ST9VW+XYZ%","headsum":1485279681,"id":"16b3c2a0f1e2d3c5","op":"ping","posted":"2026-11-22T09:30:00.001Z","to":"Zoë Müller"}"#;

    fn take(json: &str, data: &[u8]) -> Result<Received> {
        Received::new(frame(json), data.to_vec())
    }

    #[test]
    fn the_vector_of_the_protocol_passes() {
        take(PING, b"hi").unwrap();
    }

    #[test]
    fn a_wrong_headsum_is_seen() {
        assert!(take(&PING.replace("1485279681", "1485279680"), b"hi").is_err());
    }

    #[test]
    fn names_out_of_order_white_space_and_raw_characters_are_seen() {
        assert!(take(r#"{"op":"info","info":"login ok"}"#, b"").is_err());
        assert!(take(r#"{"info": "login ok","op":"info"}"#, b"").is_err());
        assert!(take(r#"{"error":"<","op":"quit"}"#, b"").is_err());
        take(r#"{"error":"\u003c","op":"quit"}"#, b"").unwrap();
    }

    #[test]
    fn digits_in_upper_case_are_seen() {
        let json = format!(r#"{{"error":"{}","op":"quit"}}"#, "x".repeat(0x0a0));
        assert!(take(&json, b"").is_ok());
        assert!(Received::new(format!("{:04X}{json}", json.len()).into_bytes(), Vec::new()).is_err());
    }

    #[test]
    fn a_response_with_from_and_id_or_a_strange_field_is_seen() {
        assert!(take(r#"{"from":"x","id":"1","op":"ack"}"#, b"").is_err());
        assert!(take(r#"{"id":"1","op":"ack","posted":"2026-11-22T09:30:00.001Z"}"#, b"").is_err());
        take(r#"{"id":"1","op":"ack"}"#, b"").unwrap();
    }
}
