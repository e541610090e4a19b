//! What a message's data begins with, so that its receiver can tell which one it is and how long it took.

use std::time::Duration;

const MARK: &[u8; 4] = b"load";
/// Fewest octets of data.
pub const OCTETS: usize = 28;

/// The place of a message among all that one run sends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Body {
    /// Tells the messages of this run from those of another.
    pub run: u32,
    /// The sending member, by number.
    pub sender: u32,
    /// The list of receivers, by number.
    pub lane: u32,
    /// Which one of those that this sender sent down this lane, from 0.
    pub sequence: u32,
    /// When it was due, since the run began.
    pub due: Duration,
}

impl Body {
    /// Appends itself, and as many octets more as it takes to be `octets` long.
    pub fn write(&self, out: &mut Vec<u8>, octets: usize) {
        let end = out.len() + octets.max(OCTETS);
        out.extend_from_slice(MARK);
        for number in [self.run, self.sender, self.lane, self.sequence] {
            out.extend_from_slice(&number.to_be_bytes());
        }
        let due = u64::try_from(self.due.as_micros()).unwrap_or(u64::MAX);
        out.extend_from_slice(&due.to_be_bytes());
        out.resize(end, b'x');
    }

    /// Reads one; none where the data is not of this kind.
    pub fn read(data: &[u8]) -> Option<Self> {
        let rest = data.strip_prefix(MARK)?;
        let (numbers, rest) = rest.split_first_chunk::<16>()?;
        let number = |at: usize| -> Option<u32> {
            Some(u32::from_be_bytes(*numbers.get(at..)?.first_chunk::<4>()?))
        };
        let due = Duration::from_micros(u64::from_be_bytes(*rest.first_chunk::<8>()?));
        Some(Self { run: number(0)?, sender: number(4)?, lane: number(8)?, sequence: number(12)?, due })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_body_is_read_as_it_was_written_and_has_the_octets_asked_for() {
        let body = Body { run: 1, sender: 2, lane: 3, sequence: 4, due: Duration::from_micros(5) };
        for octets in [0, OCTETS, 200] {
            let mut out = b"before".to_vec();
            body.write(&mut out, octets);
            assert_eq!(out.len(), 6 + octets.max(OCTETS));
            assert_eq!(Body::read(&out[6..]), Some(body));
        }
        assert_eq!(Body::read(b"load"), None);
        assert_eq!(Body::read(&[b'x'; 40]), None);
    }
}
