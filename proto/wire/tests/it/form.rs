//! Sections 1 and 7: what is one JSON object with fields of the right type, and what is not.

use proptest::prelude::*;
use tmtp_wire::{Error, Head, Request};

use crate::samples;

fn parse(json: &str) -> Result<Head, Error> {
    Head::parse(json.as_bytes())
}

fn accepts(json: &str) -> bool {
    match parse(json) {
        Ok(_) => true,
        Err(error) => {
            assert_eq!(error, Error::Header);
            false
        }
    }
}

/// A pulse with one more field.
fn pulse_with(field: &str) -> bool {
    accepts(&format!(r#"{{"op":11,{field}}}"#))
}

#[test]
fn names_are_matched_in_any_letter_case() {
    let head = parse(r#"{"OP":3,"Id":"r","NEWALIAS":"Alice Ames"}"#).unwrap();
    assert!(matches!(head.request, Request::UserEdit { .. }));
    let head = parse(r#"{"Op":7,"ID":"r","For":[{"Id":"u","TYPE":1}],"DataLen":3,"dataHead":2}"#).unwrap();
    assert_eq!(head.data_len, 3);
    assert!(
        matches!(head.request, Request::Post { post, .. } if post.to.len() == 1 && post.datahead == Some(2))
    );
}

#[test]
fn names_with_escapes_are_matched_too() {
    assert!(accepts(r#"{"\u006fp":11}"#));
}

#[test]
fn letters_outside_ascii_match_nothing() {
    // The Kelvin sign and the long s fold to k and s elsewhere.
    assert!(accepts("{\"op\":11,\"data\u{17f}um\":\"x\"}"));
}

#[test]
fn unknown_fields_are_ignored_whatever_they_hold() {
    for field in [
        r#""x":1e999"#,
        r#""x":-1"#,
        r#""x":{"op":[null,true,"\u0000"]}"#,
        r#""x":"\ud800""#,
        r#""":0"#,
        r#""o p":0"#,
    ] {
        assert!(pulse_with(field), "{field}");
    }
}

#[test]
fn null_is_as_though_the_field_were_not_there() {
    assert!(accepts(r#"{"op":11,"id":null,"datalen":null,"for":null,"oidc":null,"fornotself":null}"#));
    assert!(!accepts(r#"{"op":null}"#));
    assert!(!accepts(r#"{"op":7,"id":"r","for":null,"datalen":1}"#));
    let head = parse(r#"{"op":10,"id":"first","id":null}"#).unwrap();
    assert!(matches!(head.request, Request::Ack { id } if id == "first"));
}

#[test]
fn of_a_repeated_field_the_last_wins() {
    let head = parse(r#"{"op":12,"ID":"a","id":"b","Op":10}"#).unwrap();
    assert!(matches!(head.request, Request::Ack { id } if id == "b"));
    let head = parse(r#"{"op":7,"id":"r","for":[{"id":"u","type":1}],"for":[],"datalen":1}"#).unwrap();
    assert!(matches!(head.request, Request::Post { post, .. } if post.to.is_empty()));
    assert!(!accepts(r#"{"op":10,"id":"a","id":""}"#));
}

#[test]
fn every_known_field_is_checked_for_its_type_whatever_the_op() {
    let strings = ["id", "uid", "node", "newnode", "newalias", "type", "gid", "from", "to", "act"];
    let numbers = ["datalen", "datahead", "datasum", "notelen", "notehead", "notesum"];
    for name in strings {
        assert!(pulse_with(&format!(r#""{name}":"x""#)), "{name}");
        for value in ["1", "true", "[]", "{}", "1.5"] {
            assert!(!pulse_with(&format!(r#""{name}":{value}"#)), "{name} {value}");
        }
    }
    for name in numbers {
        assert!(pulse_with(&format!(r#""{name}":0"#)), "{name}");
        for value in
            [r#""0""#, "true", "[0]", "{}", "0.0", "0e0", "-1", "1e3", "99999999999999999999", "01", "0x1"]
        {
            assert!(!pulse_with(&format!(r#""{name}":{value}"#)), "{name} {value}");
        }
    }
    for value in ["1", "0", r#""true""#, "[]"] {
        assert!(!pulse_with(&format!(r#""fornotself":{value}"#)), "{value}");
    }
    for value in [r#""{}""#, "[]", "1", "true", "{", "{]", r#"{"a"}"#] {
        assert!(!pulse_with(&format!(r#""oidc":{value}"#)), "{value}");
    }
    for name in ["for", "notefor"] {
        assert!(pulse_with(&format!(r#""{name}":[{{}},{{"ID":"a","x":1}}]"#)));
        for value in
            [r#""a""#, "{}", "1", r#"["a"]"#, "[1]", "[null]", "[[]]", r#"[["a",1]]"#, r#"[{"id":1}]"#]
        {
            assert!(!pulse_with(&format!(r#""{name}":{value}"#)), "{name} {value}");
        }
        for value in [r#""1""#, "1.0", "-1", "true"] {
            assert!(!pulse_with(&format!(r#""{name}":[{{"id":"a","type":{value}}}]"#)), "{name} {value}");
        }
    }
}

#[test]
fn the_type_of_an_entry_is_a_number_and_that_of_a_request_a_string() {
    assert!(accepts(r#"{"op":4,"id":"r","for":[{"id":"u"}],"type":"add"}"#));
    assert!(!accepts(r#"{"op":4,"id":"r","for":[{"id":"u","type":"add"}],"type":"add"}"#));
    assert!(!accepts(r#"{"op":10,"id":"r","type":1}"#));
}

#[test]
fn entries_follow_the_same_rules_for_names() {
    let json =
        r#"{"op":7,"id":"r","for":[{"Id":"a","id":null,"ID":"b","TYPE":9,"Type":2,"x":[[]]}],"datalen":1}"#;
    let Request::Post { post, .. } = parse(json).unwrap().request else { panic!("not a post") };
    assert_eq!(post.to[0].id, "b");
    assert_eq!(post.to[0].kind.number(), 2);
}

#[test]
fn an_op_missing_or_unknown_is_refused() {
    for json in [
        "{}",
        r#"{"id":"x"}"#,
        r#"{"op":13}"#,
        r#"{"op":-1}"#,
        r#"{"op":255}"#,
        r#"{"op":"11"}"#,
        r#"{"op":11.0}"#,
    ] {
        assert!(!accepts(json), "{json}");
    }
}

#[test]
fn a_header_is_one_object_and_nothing_else() {
    for json in ["{\"op\":11} \t\r\n", " {\"op\":11}", "{ \"op\" : 11 }"] {
        assert!(accepts(json), "{json}");
    }
    for json in [
        "",
        " ",
        "null",
        "11",
        "\"op\"",
        "[11]",
        "[{\"op\":11}]",
        "{\"op\":11}{}",
        "{\"op\":11},",
        "{\"op\":11}\0",
        "{\"op\":11,}",
        "{\"op\":11",
        "{op:11}",
        "{'op':11}",
        "{\"op\":11/**/}",
        "\u{feff}{\"op\":11}",
    ] {
        assert!(!accepts(json), "{json}");
    }
}

#[test]
fn what_is_not_utf8_is_refused_also_where_it_would_be_ignored() {
    for octets in [&b"\xff"[..], b"\xc3", b"\xed\xa0\x80", b"\xc0\x80"] {
        for (before, after) in
            [(&b"{\"op\":10,\"id\":\"a"[..], &b"\"}"[..]), (b"{\"op\":11,\"x\":\"", b"\"}")]
        {
            assert_eq!(Head::parse(&[before, octets, after].concat()).err(), Some(Error::Header));
        }
    }
}

#[test]
fn a_lone_surrogate_cannot_be_echoed_and_is_refused() {
    for id in [r"\ud800", r"\udc00", r"a\ud800b", r"\ud800\ud800", r"\ud800\u0041"] {
        assert!(!accepts(&format!(r#"{{"op":10,"id":"{id}"}}"#)), "{id}");
    }
    assert!(accepts(r#"{"op":10,"id":"\ud83d\ude00"}"#));
}

#[test]
fn raw_control_characters_in_strings_are_refused() {
    assert!(!accepts("{\"op\":10,\"id\":\"a\nb\"}"));
    assert!(!accepts("{\"op\":11,\"x\":\"a\0b\"}"));
}

#[test]
fn ids_are_opaque() {
    let long = "x".repeat(60_000);
    for (json, id) in [(r"a\u0000b", "a\0b"), (r" : \\ é\t", " : \\ é\t"), (long.as_str(), long.as_str())] {
        let head = parse(&format!(r#"{{"op":9,"id":"{json}","from":"a","to":"b"}}"#)).unwrap();
        assert_eq!(head.request.id(), Some(id));
    }
}

#[test]
fn deep_nesting_does_not_end_the_stack() {
    let open = "[".repeat(60_000);
    assert!(!accepts(&open));
    for name in ["x", "oidc", "for", "id", "op"] {
        assert!(!pulse_with(&format!(r#""{name}":{open}"#)), "{name}");
    }
    let nested = format!("{}{}", "[".repeat(30_000), "]".repeat(30_000));
    assert!(pulse_with(&format!(r#""x":{nested}"#)));
    assert!(!pulse_with(&format!(r#""for":{nested}"#)));
    let objects = format!("{}1{}", r#"{"a":"#.repeat(10_000), "}".repeat(10_000));
    assert!(pulse_with(&format!(r#""oidc":{objects}"#)));
}

#[test]
fn numbers_near_the_edge_are_numbers() {
    let ping = |len: &str| parse(&format!(r#"{{"op":9,"id":"r","from":"a","to":"b","datalen":{len}}}"#));
    assert_eq!(ping("4611686018427387904").unwrap().data_len, 1 << 62);
    assert_eq!(ping("9223372036854775807").unwrap().data_len, i64::MAX as u64);
    assert!(ping("9223372036854775808").is_err());
    assert!(ping("18446744073709551616").is_err());
    assert!(ping(&"9".repeat(60_000)).is_err());
    assert!(pulse_with(r#""datasum":4294967295"#));
    assert!(!pulse_with(r#""datasum":4294967296"#));
}

proptest! {
    #[test]
    fn no_octets_make_it_panic(json in prop::collection::vec(any::<u8>(), 0..400)) {
        let _ = Head::parse(&json);
    }

    #[test]
    fn no_change_to_a_good_header_makes_it_panic(
        which in 0..samples::REQUESTS.len(),
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..6),
    ) {
        let mut json = samples::REQUESTS[which].as_bytes().to_vec();
        for (at, octet) in changes {
            let at = at.index(json.len());
            json[at] = octet;
        }
        if let Err(error) = Head::parse(&json) {
            prop_assert_eq!(error, Error::Header);
        }
    }

    #[test]
    fn letter_case_never_matters(which in 0..samples::REQUESTS.len(), upper in prop::collection::vec(any::<bool>(), 40)) {
        let json = samples::REQUESTS[which];
        let mut flips = upper.into_iter().cycle();
        let flipped = recase_names(json, || flips.next().unwrap());
        let (plain, flipped) = (parse(json).unwrap(), parse(&flipped).unwrap());
        prop_assert_eq!(plain.encode(), flipped.encode());
    }
}

/// Changes the case of letters in names: strings in front of a colon. The samples have no escapes.
fn recase_names(json: &str, mut upper: impl FnMut() -> bool) -> String {
    let parts: Vec<_> = json.split('"').collect();
    let recased = parts.iter().enumerate().map(|(at, part)| {
        let is_name = at % 2 == 1 && parts.get(at + 1).is_some_and(|next| next.starts_with(':'));
        part.chars().map(|c| if is_name && upper() { c.to_ascii_uppercase() } else { c }).collect::<String>()
    });
    recased.collect::<Vec<_>>().join("\"")
}
