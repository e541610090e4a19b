//! Section 4: queued messages, to the octet, and their headsum.

use tmtp_wire::{Error, Message, MsgId, OhiChange, Posted, Stamp, incoming::headsum_ok};

const FROM: &str = "1BC2DF3GH4JK5LM6NP7QR8ST9VW+XYZ%";

fn stamp(id: u64, posted: &str, data_len: u64) -> Stamp {
    Stamp { id: MsgId(id), from: FROM.into(), posted: posted.parse().unwrap(), data_len }
}

/// The JSON of a message from "F" with id 1, less the headsum, which is checked.
fn json(message: &Message) -> String {
    let stamp = Stamp { id: MsgId(1), from: "F".into(), posted: Posted(0), data_len: 0 };
    let json = checked(message, &stamp);
    let (before, rest) = json.split_once(r#""headsum":"#).unwrap();
    let (_, after) = rest.split_once(',').unwrap();
    format!("{before}{after}")
}

fn checked(message: &Message, stamp: &Stamp) -> String {
    let frame = message.encode(stamp).unwrap();
    let (digits, json) = frame.split_at(4);
    assert_eq!(format!("{:04x}", json.len()).as_bytes(), digits);
    assert!(headsum_ok(json));
    String::from_utf8(json.to_vec()).unwrap()
}

#[test]
fn the_first_vector_of_the_contract_holds() {
    let stamp = stamp(0x16b3_c2a0_f1e2_d3c4, "2026-11-22T09:30:00.000Z", 15);
    let message = Message::Delivery { datahead: Some(5), datasum: Some(1), notify: None };
    assert_eq!(
        checked(&message, &stamp),
        concat!(
            r#"{"datahead":5,"datalen":15,"datasum":1,"from":"1BC2DF3GH4JK5LM6NP7QR8ST9VW+XYZ%","headsum":1612767053,"#,
            r#""id":"16b3c2a0f1e2d3c4","op":"delivery","posted":"2026-11-22T09:30:00.000Z"}"#
        )
    );
}

#[test]
fn the_second_vector_of_the_contract_holds() {
    let stamp = stamp(0x16b3_c2a0_f1e2_d3c5, "2026-11-22T09:30:00.001Z", 2);
    let message = Message::Ping { alias: "R&D <desk>".into(), to: "Zoë Müller".into() };
    assert_eq!(
        checked(&message, &stamp),
        concat!(
            r#"{"alias":"R\u0026D \u003cdesk\u003e","datalen":2,"from":"1BC2DF3GH4JK5LM6NP7QR8ST9VW+XYZ%","#,
            r#""headsum":1485279681,"id":"16b3c2a0f1e2d3c5","op":"ping","posted":"2026-11-22T09:30:00.001Z","#,
            r#""to":"Zoë Müller"}"#
        )
    );
}

#[test]
fn every_queued_message_has_its_fields_in_ascending_order() {
    let s = String::from;
    let rest = r#""id":"0000000000000001","#;
    let posted = r#""posted":"1970-01-01T00:00:00.000Z""#;
    let cases = [
        (Message::Login, format!(r#"{{"datalen":0,"from":"F",{rest}"node":"tbd","op":"login",{posted}}}"#)),
        (
            Message::UserAlias { newalias: s("A") },
            format!(r#"{{"datalen":0,"from":"F",{rest}"newalias":"A","op":"user",{posted}}}"#),
        ),
        (
            Message::UserNode { newnode: s("L"), nodeid: s("N") },
            format!(r#"{{"datalen":0,"from":"F",{rest}"newnode":"L","nodeid":"N","op":"user",{posted}}}"#),
        ),
        (
            Message::OhiEdit { who: vec![s("A"), s("B")], change: OhiChange::Drop },
            format!(
                r#"{{"datalen":0,"for":[{{"id":"A"}},{{"id":"B"}}],"from":"F",{rest}"op":"ohiedit",{posted},"type":"drop"}}"#
            ),
        ),
        (
            Message::Invite { gid: s("G"), alias: s("A"), to: s("T") },
            format!(
                r#"{{"alias":"A","datalen":0,"from":"F","gid":"G",{rest}"op":"invite",{posted},"to":"T"}}"#
            ),
        ),
        (
            Message::Member { act: "alias", gid: s("G"), alias: s("A"), newalias: Some(s("B")) },
            format!(
                r#"{{"act":"alias","alias":"A","datalen":0,"from":"F","gid":"G",{rest}"newalias":"B","op":"member",{posted}}}"#
            ),
        ),
        (
            Message::Member { act: "join", gid: s("G"), alias: s("A"), newalias: None },
            format!(
                r#"{{"act":"join","alias":"A","datalen":0,"from":"F","gid":"G",{rest}"op":"member",{posted}}}"#
            ),
        ),
        (
            Message::Delivery { datahead: None, datasum: None, notify: Some(3) },
            format!(r#"{{"datalen":0,"from":"F",{rest}"notify":3,"op":"delivery",{posted}}}"#),
        ),
        (
            Message::Notify { postid: MsgId(2), datahead: Some(1), datasum: Some(9) },
            format!(
                r#"{{"datahead":1,"datalen":0,"datasum":9,"from":"F",{rest}"op":"notify",{posted},"postid":"0000000000000002"}}"#
            ),
        ),
        (
            Message::Ping { alias: s("A"), to: s("T") },
            format!(r#"{{"alias":"A","datalen":0,"from":"F",{rest}"op":"ping",{posted},"to":"T"}}"#),
        ),
    ];
    for (message, expected) in cases {
        assert_eq!(json(&message), expected);
    }
}

#[test]
fn only_user_messages_are_urgent() {
    assert!(Message::UserAlias { newalias: String::new() }.is_urgent());
    assert!(Message::UserNode { newnode: String::new(), nodeid: String::new() }.is_urgent());
    assert!(!Message::Login.is_urgent());
    assert!(!Message::Delivery { datahead: None, datasum: None, notify: None }.is_urgent());
}

#[test]
fn a_message_with_a_header_too_long_is_an_error() {
    let message = Message::UserAlias { newalias: "<".repeat(11_000) };
    assert_eq!(message.encode(&stamp(1, "2026-11-22T09:30:00.000Z", 0)), Err(Error::HeaderLength));
}

#[test]
fn a_changed_octet_breaks_the_headsum() {
    let frame = Message::Login.encode(&stamp(1, "2026-11-22T09:30:00.000Z", 0)).unwrap();
    let json = &frame[4..];
    assert!(headsum_ok(json));
    for at in 0..json.len() {
        let mut changed = json.to_vec();
        changed[at] ^= 1;
        assert!(!headsum_ok(&changed), "octet {at}");
    }
}

#[test]
fn a_header_without_headsum_does_not_pass_as_right() {
    for json in [&b""[..], b"{}", b"{\"headsum\":", b"{\"headsum\":x}", b"{\"headsum\":99999999999}"] {
        assert!(!headsum_ok(json));
    }
}

#[test]
fn ids_and_times_read_back_exactly_what_is_written() {
    assert_eq!(MsgId(0xabc).to_string(), "0000000000000abc");
    assert_eq!("0000000000000abc".parse(), Ok(MsgId(0xabc)));
    for wrong in ["", "abc", "0000000000000ABC", "+000000000000abc", "0000000000000abcd"] {
        assert!(wrong.parse::<MsgId>().is_err(), "{wrong}");
    }
    assert_eq!("2026-11-22T09:30:00.001Z".parse::<Posted>().unwrap().to_string(), "2026-11-22T09:30:00.001Z");
    for wrong in
        ["", "2026-11-22T09:30:00Z", "2026-11-22T09:30:00.0012Z", "2026-11-22T09:30:00.001+00:00", "x"]
    {
        assert!(wrong.parse::<Posted>().is_err(), "{wrong}");
    }
}
