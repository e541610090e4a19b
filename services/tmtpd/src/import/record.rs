//! The reference server's files of users and groups: JSON, with a checksum of itself.

use std::collections::BTreeMap;

use serde::{Deserialize, de::DeserializeOwned};
use tmtp_wire::base32;

/// Octets of a uid, and of the hash of a node's secret.
const UID: usize = 20;
const HASH: usize = 32;

/// A user's file.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct UserFile {
    /// By the hash of their secret.
    #[serde(default)]
    pub nodes: Option<BTreeMap<String, NodeFile>>,
    #[serde(default)]
    pub aliases: Option<Vec<AliasFile>>,
}

/// A node in it.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct NodeFile {
    pub defunct: bool,
    /// Names its queue.
    pub num: u8,
}

/// A pair of aliases in it, either of which may be empty.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct AliasFile {
    pub en: String,
    pub nat: String,
    pub en_defunct: bool,
    pub nat_defunct: bool,
}

impl AliasFile {
    /// Those that are in use.
    pub fn live(self) -> impl Iterator<Item = String> {
        let pairs = [(self.en, self.en_defunct), (self.nat, self.nat_defunct)];
        pairs.into_iter().filter(|(name, defunct)| !name.is_empty() && !defunct).map(|(name, _)| name)
    }
}

/// A group's file.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct GroupFile {
    /// Who is on record.
    #[serde(default)]
    pub uid: Option<BTreeMap<String, MemberFile>>,
}

/// Somebody in it.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct MemberFile {
    pub alias: String,
    pub status: i8,
}

/// Reads a file whose checksum is right; else says why it cannot be read.
pub fn read<T: DeserializeOwned>(text: &[u8]) -> Result<T, String> {
    check_sum(text)?;
    serde_json::from_slice(text).map_err(|error| format!("is not what such a file holds: {error}"))
}

/// The checksum comes last, and is of the text as it would be with a checksum of 0.
fn check_sum(text: &[u8]) -> Result<(), String> {
    const FIELD: &[u8] = b"\"CheckSum\":";
    let missing = || "has no checksum at its end".to_owned();
    let text = text.trim_ascii_end();
    let at = text.windows(FIELD.len()).rposition(|window| window == FIELD).ok_or_else(missing)?;
    let (before, rest) = text.split_at(at + FIELD.len());
    let number = rest.strip_suffix(b"}").and_then(|digits| str::from_utf8(digits).ok());
    let stated: u32 = number.and_then(|number| number.parse().ok()).ok_or_else(missing)?;
    let found = crc32c::crc32c_append(crc32c::crc32c(before), b"0}");
    if stated == found { Ok(()) } else { Err("is damaged: its checksum is wrong".to_owned()) }
}

/// Whether this is a uid.
pub fn is_uid(text: &str) -> bool {
    base32::decode(text).is_ok_and(|octets| octets.len() == UID)
}

/// The hash that a node is listed by: base32 without the padding.
pub fn node_hash(text: &str) -> Option<Vec<u8>> {
    base32::decode(&format!("{text}====")).ok().filter(|octets| octets.len() == HASH)
}

/// A file's name as the name that it stands for: URL-query-escaped.
pub fn unescape(text: &str) -> Option<String> {
    let mut octets = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(octet) = rest.next() {
        octets.push(match octet {
            b'+' => b' ',
            b'%' => {
                let digit =
                    |octet: u8| char::from(octet).to_digit(16).and_then(|digit| u8::try_from(digit).ok());
                digit(rest.next()?)? << 4 | digit(rest.next()?)?
            }
            plain => plain,
        });
    }
    String::from_utf8(octets).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_checksum_is_of_the_text_with_a_checksum_of_zero() {
        let text = r#"{"Uid":{"A":{"Alias":"R\u0026D desk","Status":2}},"CheckSum":0}"#;
        let signed = text.replace(":0}", &format!(":{}}}\n", crc32c::crc32c(text.as_bytes())));
        let group: GroupFile = read(signed.as_bytes()).unwrap();
        assert_eq!(group.uid.unwrap()["A"].alias, "R&D desk");
        assert!(
            read::<GroupFile>(signed.replace("desk", "disk").as_bytes()).unwrap_err().contains("damaged")
        );
        for odd in ["", "{}", r#"{"CheckSum":"x"}"#, r#"{"CheckSum":1,"Uid":{}}"#] {
            assert!(read::<GroupFile>(odd.as_bytes()).unwrap_err().contains("no checksum"), "{odd}");
        }
    }

    #[test]
    fn names_are_unescaped_and_what_is_none_is_refused() {
        assert_eq!(unescape("R%26D+desk%2F%C3%A9").as_deref(), Some("R&D desk/é"));
        for odd in ["%", "%4", "%zz", "%FF"] {
            assert_eq!(unescape(odd), None, "{odd}");
        }
    }
}
