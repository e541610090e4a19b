//! What a client reads of what the server sends.

use proptest::prelude::*;
use tmtp_wire::{Answer, Error, Incoming, Message, MsgId, Posted, Stamp, incoming::headsum_ok};

fn parse(json: &str) -> Result<Incoming, Error> {
    Incoming::parse(json.as_bytes())
}

#[test]
fn unknown_fields_do_not_matter() {
    let json = r#"{"op":"quit","error":"logout ok","x":{"y":[1e999]},"retry":5}"#;
    assert_eq!(parse(json), Ok(Incoming::Answer(Answer::Quit { error: "logout ok".into() })));
}

#[test]
fn an_unknown_op_says_what_to_ack_and_skip() {
    let json = r#"{"op":"new","from":"U","id":"000000000000000a","datalen":7}"#;
    let unknown = parse(json).unwrap();
    assert_eq!(unknown, Incoming::Unknown { op: "new".into(), id: Some(MsgId(10)), data_len: 7 });
    assert_eq!(unknown.data_len(), 7);
    let json = r#"{"op":"new","id":"000000000000000a"}"#;
    assert_eq!(parse(json), Ok(Incoming::Unknown { op: "new".into(), id: None, data_len: 0 }));
}

#[test]
fn a_known_op_without_what_it_needs_is_as_good_as_unknown() {
    let json = |act: &str| {
        format!(
            r#"{{"act":"{act}","alias":"A","datalen":3,"from":"U","gid":"G","id":"000000000000000a","op":"member","posted":"2026-11-22T09:30:00.000Z"}}"#
        )
    };
    assert!(matches!(parse(&json("join")), Ok(Incoming::Message { .. })));
    assert!(matches!(parse(&json("crown")), Ok(Incoming::Unknown { id: Some(MsgId(10)), data_len: 3, .. })));
}

#[test]
fn what_is_not_a_header_is_an_error() {
    for json in [
        "",
        "{}",
        "[]",
        "null",
        r#"{"op":1}"#,
        r#"{"op":"ack"}"#,
        r#"{"op":"ohi"}"#,
        r#"{"op":"ack","id":"r","msgid":"0"}"#,
    ] {
        assert_eq!(parse(json), Err(Error::Header), "{json}");
    }
    assert_eq!(parse(r#"{"op":"ping","datalen":9223372036854775808}"#), Err(Error::Header));
    assert_eq!(parse(&"[".repeat(60_000)), Err(Error::Header));
}

#[test]
fn the_checksum_comes_along() {
    let stamp = Stamp { id: MsgId(1), from: "U".into(), posted: Posted(0), data_len: 2 };
    let frame = Message::Ping { alias: "A".into(), to: "B".into() }.encode(&stamp).unwrap();
    let Incoming::Message { headsum: Some(_), .. } = Incoming::parse(&frame[4..]).unwrap() else {
        panic!("no headsum");
    };
}

proptest! {
    #[test]
    fn no_octets_make_it_panic(json in prop::collection::vec(any::<u8>(), 0..300)) {
        let _ = (Incoming::parse(&json), headsum_ok(&json));
    }

    #[test]
    fn no_change_to_a_good_header_makes_it_panic(
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..6),
    ) {
        let stamp = Stamp { id: MsgId(1), from: "U".into(), posted: Posted(0), data_len: 2 };
        let frame = Message::Ping { alias: "A".into(), to: "B".into() }.encode(&stamp).unwrap();
        let mut json = frame[4..].to_vec();
        for (at, octet) in changes {
            let at = at.index(json.len());
            json[at] = octet;
        }
        let _ = (Incoming::parse(&json), headsum_ok(&json));
    }
}
