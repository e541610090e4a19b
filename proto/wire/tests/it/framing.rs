//! Section 1: lengths, fragments, and memory.

use bytes::{BufMut, BytesMut};
use proptest::prelude::*;
use tmtp_wire::{Error, Framer, Head, Piece};

/// Feeds `stream` in fragments; returns headers and data, the data of one message joined.
fn read(fragments: &[&[u8]]) -> Result<Vec<Vec<u8>>, Error> {
    let (mut framer, mut input, mut seen) = (Framer::default(), BytesMut::new(), Vec::new());
    let mut data = Vec::new();
    for fragment in fragments {
        input.put_slice(fragment);
        while let Some(piece) = framer.next(&mut input)? {
            match piece {
                Piece::Header(json) => {
                    framer.expect_data(Head::parse(&json)?.data_len);
                    seen.push(json.to_vec());
                }
                Piece::Data(chunk) => {
                    assert!(!chunk.is_empty());
                    data.extend_from_slice(&chunk);
                    if framer.data_left() == 0 {
                        seen.push(std::mem::take(&mut data));
                    }
                }
            }
        }
    }
    Ok(seen)
}

fn stream() -> Vec<u8> {
    let mut all = Vec::new();
    for (json, data) in [
        (r#"{"op":0,"id":"1"}"#, ""),
        (r#"{"op":9,"id":"a","from":"b","to":"c","datalen":5}"#, "hello"),
        (r#"{"op":11}"#, ""),
        (r#"{"op":7,"id":"p","for":[],"datalen":12}"#, "0000{\"op\":1}"),
        (r#"{"op":12}  "#, ""),
    ] {
        all.extend_from_slice(format!("{:04x}{json}{data}", json.len()).as_bytes());
    }
    all
}

#[test]
fn twenty_messages_in_one_read_are_twenty_messages() {
    let pulse: &[u8] = b"0009{\"op\":11}";
    assert_eq!(read(&[&pulse.repeat(20)]).unwrap(), vec![b"{\"op\":11}".to_vec(); 20]);
}

#[test]
fn one_octet_a_read_gives_the_same_messages() {
    let stream = stream();
    let octets: Vec<_> = stream.chunks(1).collect();
    let whole = read(&[&stream]).unwrap();
    assert_eq!(whole.len(), 7);
    assert_eq!(read(&octets).unwrap(), whole);
}

proptest! {
    #[test]
    fn any_split_of_a_stream_gives_the_same_messages(cuts in prop::collection::vec(0..usize::MAX, 0..40)) {
        let stream = stream();
        let mut cuts: Vec<_> = cuts.into_iter().map(|cut| cut % stream.len()).collect();
        cuts.sort_unstable();
        let mut fragments = Vec::new();
        let mut rest = &stream[..];
        for cut in cuts.iter().rev() {
            let (before, after) = rest.split_at(*cut);
            fragments.insert(0, after);
            rest = before;
        }
        fragments.insert(0, rest);
        prop_assert_eq!(read(&fragments), read(&[&stream]));
    }

    #[test]
    fn no_octets_make_the_framer_panic(
        stream in prop::collection::vec(any::<u8>(), 0..300),
        data in prop::collection::vec(any::<u64>(), 1..4),
        fragment in 1..50_usize,
    ) {
        let (mut framer, mut input, mut data) = (Framer::default(), BytesMut::new(), data.into_iter().cycle());
        'stream: for fragment in stream.chunks(fragment) {
            input.put_slice(fragment);
            loop {
                match framer.next(&mut input) {
                    Ok(Some(Piece::Header(_))) => framer.expect_data(data.next().unwrap()),
                    Ok(Some(Piece::Data(_))) => {}
                    Ok(None) => break,
                    Err(error) => {
                        prop_assert_eq!(error, Error::HeaderLength);
                        break 'stream;
                    }
                }
            }
        }
    }
}

#[test]
fn length_digits_are_taken_in_either_case() {
    let json = format!(r#"{{"op":11,"x":"{}"}}"#, "y".repeat(0xab - 16));
    for digits in ["00ab", "00AB", "00aB"] {
        assert_eq!(read(&[format!("{digits}{json}").as_bytes()]).unwrap().len(), 1);
    }
}

#[test]
fn a_length_that_is_no_hex_or_out_of_range_is_refused() {
    for digits in
        ["0007", "0000", "+00a", "-001", " 00a", "0x0a", "00g0", "GET ", "\u{16}\u{3}\u{1}\u{2}", "é00"]
    {
        assert_eq!(read(&[digits.as_bytes()]), Err(Error::HeaderLength), "{digits:?}");
    }
    assert_eq!(read(&[&[0xff; 4]]), Err(Error::HeaderLength));
}

#[test]
fn the_shortest_and_the_longest_header_are_taken() {
    let next = |header: &[u8]| Framer::default().next(&mut BytesMut::from(header));
    assert!(matches!(next(b"0008{\"op\":1}"), Ok(Some(Piece::Header(json))) if json.len() == 8));
    let longest = [&b"ffff"[..], &[b' '; 65_535]].concat();
    assert!(matches!(next(&longest), Ok(Some(Piece::Header(json))) if json.len() == 65_535));
}

#[test]
fn a_limit_on_headers_refuses_the_longer_ones_at_once() {
    let mut framer = Framer::default();
    framer.limit_headers(0x1000);
    assert_eq!(framer.next(&mut BytesMut::from(&b"1000"[..])), Ok(None));
    let mut framer = Framer::default();
    framer.limit_headers(0x1000);
    assert_eq!(framer.next(&mut BytesMut::from(&b"1001"[..])), Err(Error::HeaderLength));
}

#[test]
fn what_a_header_announces_reserves_no_memory() {
    let mut input = BytesMut::with_capacity(64);
    input.put_slice(b"ffff{");
    let mut framer = Framer::default();
    assert_eq!(framer.next(&mut input), Ok(None));
    assert!(input.capacity() <= 64);
    let mut framer = Framer::default();
    framer.expect_data(1 << 62);
    assert!(matches!(framer.next(&mut input), Ok(Some(Piece::Data(chunk))) if chunk.len() == 1));
    assert!(input.capacity() <= 64);
    assert_eq!(framer.data_left(), (1 << 62) - 1);
}

#[test]
fn it_knows_where_it_stands_in_a_message() {
    let (mut framer, mut input) = (Framer::default(), BytesMut::new());
    assert!(framer.at_boundary() && !framer.header_begun(&input));
    input.put_slice(b"00");
    assert_eq!(framer.next(&mut input), Ok(None));
    assert!(framer.header_begun(&input));
    input.put_slice(b"09");
    assert_eq!(framer.next(&mut input), Ok(None));
    assert!(input.is_empty() && framer.header_begun(&input) && !framer.at_boundary());
    input.put_slice(b"{\"op\":11}x");
    assert!(matches!(framer.next(&mut input), Ok(Some(Piece::Header(_)))));
    framer.expect_data(2);
    assert!(matches!(framer.next(&mut input), Ok(Some(Piece::Data(_)))));
    assert!(!framer.at_boundary() && !framer.header_begun(&input));
    input.put_slice(b"y");
    assert!(matches!(framer.next(&mut input), Ok(Some(Piece::Data(_)))));
    assert!(framer.at_boundary() && !framer.header_begun(&input));
}
