//! A stream in fragments gives the same messages as in one piece, without memory for what it announces.

use bytes::BytesMut;
use tmtp_wire::{Framer, Head, Piece};

/// Headers, joined data, and whether the stream can be read on.
fn read(fragments: impl Iterator<Item = impl AsRef<[u8]>>) -> (Vec<Vec<u8>>, Vec<u8>, bool) {
    let (mut framer, mut input) = (Framer::default(), BytesMut::new());
    let (mut headers, mut data, mut arrived) = (Vec::new(), Vec::new(), 0);
    for fragment in fragments {
        input.extend_from_slice(fragment.as_ref());
        arrived += fragment.as_ref().len();
        loop {
            match framer.next(&mut input) {
                Ok(Some(Piece::Header(json))) => {
                    framer.expect_data(Head::parse(&json).map_or(0, |head| head.data_len));
                    headers.push(json.to_vec());
                }
                Ok(Some(Piece::Data(chunk))) => {
                    assert!(!chunk.is_empty());
                    data.extend_from_slice(&chunk);
                }
                Ok(None) => break,
                Err(_) => return (headers, data, false),
            }
        }
        assert!(input.capacity() <= 64 + 2 * arrived);
    }
    (headers, data, true)
}

pub fn check(stream: &[u8]) {
    let Some((size, stream)) = stream.split_first() else { return };
    let whole = read(std::iter::once(stream));
    assert_eq!(whole, read(stream.chunks(usize::from(*size) + 1)));
    assert_eq!(whole, read(stream.chunks(1)));
}
