//! The digest of a request: what makes two requests of a node the same one.

use sha2::{Digest as _, Sha256};

/// Takes a request's op, header and data, as they come.
pub(crate) struct Digest(Sha256);

impl Digest {
    pub fn new(op: &str, header: &[u8]) -> Self {
        let mut hash = Sha256::new();
        for part in [op.as_bytes(), header] {
            hash.update((part.len() as u64).to_be_bytes());
            hash.update(part);
        }
        Self(hash)
    }

    pub fn data(&mut self, chunk: &[u8]) {
        self.0.update(chunk);
    }

    pub fn finish(self) -> [u8; 16] {
        let whole = self.0.finalize();
        let mut cut = [0; 16];
        cut.copy_from_slice(&whole[..16]);
        cut
    }
}

/// The hash under which a node's secret is kept. A secret is 200 random bits: one round is right.
pub(crate) fn secret_hash(secret: &[u8]) -> Vec<u8> {
    Sha256::digest(secret).to_vec()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn digest(op: &str, header: &[u8], data: &[&[u8]]) -> [u8; 16] {
        let mut digest = Digest::new(op, header);
        data.iter().for_each(|chunk| digest.data(chunk));
        digest.finish()
    }

    #[test]
    fn chunks_make_no_difference_and_every_part_does() {
        let one = digest("Post", b"{}", &[b"hello"]);
        assert_eq!(one, digest("Post", b"{}", &[b"he", b"", b"llo"]));
        assert_ne!(one, digest("Ping", b"{}", &[b"hello"]));
        assert_ne!(one, digest("Post", b"{} ", &[b"hello"]));
        assert_ne!(one, digest("Post", b"{}h", &[b"ello"]));
        assert_ne!(one, digest("Post", b"{}", &[b"hello!"]));
    }
}
