//! What a message's data holds: a JSON head (the `datahead`), the text, the attached files, in this order.
//!
//! ```json
//! {"subject":"Lunch","thread":"16b3c2a0f1e2d3c4","attach":[{"name":"menu.pdf","size":48211}],"text":23}
//! ```
//!
//! `text` counts the octets of text behind the head. `thread` is the id of the thread's first message, absent
//! in that one. Other programs send other things: data without a head that this module knows is theirs to read.

use serde::{Deserialize, Serialize};
use tmtp_wire::MsgId;

use crate::{Body, Error, Source};

/// The longest head that is sent or read: some programs keep it together with its header in 65,540 octets.
pub const HEAD_MAX: u64 = 48 * 1024;
/// The most files that one message may carry.
pub const ATTACHMENTS_MAX: usize = 256;

/// The JSON head.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct LetterHead {
    /// What it is about.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub subject: Option<String>,
    /// The id of the first message of its thread.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub thread: Option<String>,
    /// The files behind the text.
    #[serde(default)]
    pub attach: Vec<Attachment>,
    /// Octets of text.
    pub text: u64,
}

/// A file that a message carries. Its name is what the sender says: see [`crate::safe_name`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Attachment {
    /// The file's name.
    pub name: String,
    /// Its octets.
    pub size: u64,
}

/// A message in the making.
///
/// ```
/// use tmtp_client::{Letter, Source};
///
/// let letter = Letter::new("See attached.").subject("Lunch").attach("menu.txt", Source::bytes("Soup"));
/// let packed = letter.pack()?;
/// assert_eq!(packed.source.len(), packed.datahead.unwrap_or(0) + 13 + 4);
/// # Ok::<(), tmtp_client::Error>(())
/// ```
#[derive(Debug, Clone, Default)]
pub struct Letter {
    head: LetterHead,
    text: String,
    files: Vec<Source>,
}

/// Data ready to be sent, and what its header says of it.
#[derive(Debug, Clone)]
pub struct Packed {
    /// Octets of head.
    pub datahead: Option<u64>,
    /// CRC-32C over all of it, where known.
    pub datasum: Option<u32>,
    /// All of it.
    pub source: Source,
}

impl Letter {
    /// Starts with its text.
    pub fn new(text: impl Into<String>) -> Self {
        let text = text.into();
        Self {
            head: LetterHead { text: text.len() as u64, ..LetterHead::default() },
            text,
            files: Vec::new(),
        }
    }

    /// Says what it is about.
    #[must_use]
    pub fn subject(mut self, subject: impl Into<String>) -> Self {
        self.head.subject = Some(subject.into());
        self
    }

    /// Puts it in the thread that this message began.
    #[must_use]
    pub fn thread(mut self, first: MsgId) -> Self {
        self.head.thread = Some(first.to_string());
        self
    }

    /// Adds a file.
    #[must_use]
    pub fn attach(mut self, name: impl Into<String>, content: Source) -> Self {
        self.head.attach.push(Attachment { name: name.into(), size: content.len() });
        self.files.push(content);
        self
    }

    /// Makes the data. Its checksum is known when there are no files; see [`Packed::with_checksum`].
    ///
    /// # Errors
    /// [`Error::Request`] when the head would be too long, or there are too many files.
    pub fn pack(self) -> Result<Packed, Error> {
        let head = serde_json::to_vec(&self.head).map_err(|e| Error::Request(e.to_string()))?;
        let datahead = head.len() as u64;
        if datahead > HEAD_MAX || self.files.len() > ATTACHMENTS_MAX {
            return Err(Error::Request(
                "the subject and the names of the files are too long, or too many".into(),
            ));
        }
        let mut front = head;
        front.extend_from_slice(self.text.as_bytes());
        let datasum = self.files.is_empty().then(|| crc32c::crc32c(&front));
        let source = self.files.into_iter().fold(Source::bytes(front), Source::then);
        Ok(Packed { datahead: Some(datahead), datasum, source })
    }
}

impl Packed {
    /// Data of one's own making, without a head.
    pub fn plain(source: Source) -> Self {
        Self { datahead: None, datasum: None, source }
    }

    /// Reads all of it once for its checksum.
    ///
    /// # Errors
    /// [`Error::Content`]
    pub async fn with_checksum(mut self) -> Result<Self, Error> {
        if self.datasum.is_none() {
            self.datasum = Some(self.source.checksum().await.map_err(Error::content)?);
        }
        Ok(self)
    }
}

/// The head of a message, as far as it could be understood.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Opened {
    /// A head that fits the data behind it: the text and the files follow.
    Letter(LetterHead),
    /// No head, or one in a form of somebody else's; these are its octets. All the rest is data.
    Other(Vec<u8>),
}

impl Opened {
    /// Reads the head off a body. One longer than [`HEAD_MAX`] is left unread.
    ///
    /// # Errors
    /// [`Error::Lost`]
    pub async fn read(body: &mut Body, datahead: Option<u64>) -> Result<Self, Error> {
        let (len, all) = (datahead.unwrap_or(0), body.unread());
        if len == 0 || len > HEAD_MAX || len > all {
            return Ok(Self::Other(Vec::new()));
        }
        let mut head = vec![0; usize::try_from(len).unwrap_or(0)];
        tokio::io::AsyncReadExt::read_exact(body, &mut head)
            .await
            .map_err(|_| Error::Lost("in the middle of a message".into()))?;
        Ok(match LetterHead::parse(&head, all - len) {
            Some(letter) => Self::Letter(letter),
            None => Self::Other(head),
        })
    }
}

impl LetterHead {
    /// Reads a head that has `rest` octets behind it; none when they do not add up.
    pub fn parse(json: &[u8], rest: u64) -> Option<Self> {
        let head: Self = serde_json::from_slice(json).ok()?;
        let files = head.attach.iter().try_fold(0_u64, |sum, file| sum.checked_add(file.size))?;
        let fits = files.checked_add(head.text)? == rest && head.attach.len() <= ATTACHMENTS_MAX;
        fits.then_some(head)
    }
}

#[cfg(test)]
mod tests {
    use tokio::io::AsyncReadExt;

    use super::*;

    #[tokio::test]
    async fn what_is_packed_is_head_text_and_files_in_order() {
        let letter = Letter::new("text").attach("a", Source::bytes("AA")).attach("b", Source::bytes("B"));
        let packed = letter.subject("s").thread(MsgId(7)).pack().unwrap().with_checksum().await.unwrap();
        let mut all = Vec::new();
        packed.source.open().await.unwrap().read_to_end(&mut all).await.unwrap();
        assert_eq!(packed.datasum, Some(crc32c::crc32c(&all)));
        let (head, rest) = all.split_at(packed.datahead.unwrap() as usize);
        assert_eq!(rest, b"textAAB");
        let head = LetterHead::parse(head, 7).unwrap();
        assert_eq!((head.subject.as_deref(), head.text, head.attach.len()), (Some("s"), 4, 2));
        assert_eq!(head.thread.as_deref(), Some("0000000000000007"));
    }

    #[test]
    fn a_head_that_does_not_add_up_is_not_one() {
        let json = br#"{"text":2,"attach":[{"name":"a","size":3}]}"#;
        assert!(LetterHead::parse(json, 5).is_some());
        assert!(LetterHead::parse(json, 4).is_none());
        let huge = br#"{"text":18446744073709551615,"attach":[{"name":"a","size":2}]}"#;
        assert!(LetterHead::parse(huge, 1).is_none());
        assert!(LetterHead::parse(b"\x00\xff", 0).is_none());
    }
}
