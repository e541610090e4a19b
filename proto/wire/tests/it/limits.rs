//! Sections 2 and 7: checks with a text of their own, and requests too long to be answered.

use tmtp_wire::{Error, HEADER_MAX, Head};

const SITE_MAX: u64 = 1_000;

fn check(json: &str) -> Result<(), Error> {
    Head::parse(json.as_bytes()).unwrap().check(SITE_MAX)
}

fn parses(json: &str) -> bool {
    assert!(json.len() <= HEADER_MAX, "the test itself is wrong");
    Head::parse(json.as_bytes()).is_ok()
}

#[test]
fn a_ping_or_an_invitation_has_at_most_420_octets() {
    for op in [r#""op":9"#, r#""op":5,"gid":"g""#] {
        let json = |len: u64| format!(r#"{{{op},"id":"r","from":"a","to":"b","datalen":{len}}}"#);
        assert_eq!(check(&json(0)), Ok(()));
        assert_eq!(check(&json(420)), Ok(()));
        assert_eq!(check(&json(421)), Err(Error::DataTooLong));
        assert_eq!(check(&json(1 << 62)), Err(Error::DataTooLong));
    }
}

#[test]
fn a_post_is_at_most_as_long_as_the_site_allows() {
    for op in [r#""op":7"#, r#""op":8,"notelen":1"#] {
        let json = |len: u64| format!(r#"{{{op},"id":"r","for":[],"datalen":{len}}}"#);
        assert_eq!(check(&json(SITE_MAX)), Ok(()));
        assert_eq!(check(&json(SITE_MAX + 1)), Err(Error::DataTooLong));
        assert_eq!(check(&json(i64::MAX as u64)), Err(Error::DataTooLong));
    }
}

#[test]
fn a_postnotify_has_a_message_behind_its_notification() {
    let json = |len, note| format!(r#"{{"op":8,"id":"r","for":[],"datalen":{len},"notelen":{note}}}"#);
    assert_eq!(check(&json(5, 4)), Ok(()));
    assert_eq!(check(&json(5, 5)), Err(Error::DataTooShort));
    assert_eq!(check(&json(5, 6)), Err(Error::DataTooShort));
}

#[test]
fn a_postnotify_not_for_self_is_for_somebody() {
    let json = |to: &str, not_self: bool| {
        format!(r#"{{"op":8,"id":"r","for":[{to}],"fornotself":{not_self},"datalen":5,"notelen":4}}"#)
    };
    assert_eq!(check(&json("", true)), Err(Error::NoRecipients));
    assert_eq!(check(&json("", false)), Ok(()));
    assert_eq!(check(&json(r#"{"id":"u","type":1}"#, true)), Ok(()));
}

#[test]
fn an_id_that_cannot_be_echoed_with_an_error_is_refused() {
    let json = |octets| format!(r#"{{"op":9,"id":"{}","from":"a","to":"b"}}"#, "x".repeat(octets));
    assert!(parses(&json(62_000)));
    assert!(!parses(&json(65_400)));
    // Short as sent, long as echoed.
    let json = |octets| format!(r#"{{"op":9,"id":"{}","from":"a","to":"b"}}"#, "<".repeat(octets));
    assert!(parses(&json(10_000)));
    assert!(!parses(&json(11_000)));
}

#[test]
fn an_ack_has_no_answer_and_may_be_long() {
    assert!(parses(&format!(r#"{{"op":10,"id":"{}"}}"#, "<".repeat(65_000))));
}

#[test]
fn a_request_whose_message_would_be_too_long_is_refused() {
    for (op, field) in [
        (r#""op":9,"id":"r","from":"a""#, "to"),
        (r#""op":9,"id":"r","to":"a""#, "from"),
        (r#""op":5,"id":"r","from":"a","gid":"g""#, "to"),
        (r#""op":5,"id":"r","to":"a","gid":"g""#, "from"),
        (r#""op":5,"id":"r","to":"a","from":"g""#, "gid"),
        (r#""op":6,"id":"r","act":"join""#, "gid"),
        (r#""op":6,"id":"r","act":"join","gid":"g""#, "newalias"),
        (r#""op":6,"id":"r","act":"alias","gid":"g""#, "newalias"),
        (r#""op":6,"id":"r","act":"drop","gid":"g""#, "to"),
        (r#""op":3,"id":"r""#, "newalias"),
        (r#""op":3,"id":"r""#, "newnode"),
    ] {
        let json = |text: &str| format!(r#"{{{op},"{field}":"{text}"}}"#);
        assert!(parses(&json(&"x".repeat(60_000))), "{op} {field}");
        assert!(!parses(&json(&"x".repeat(65_460))), "{op} {field}");
        assert!(parses(&json(&"&".repeat(10_400))), "{op} {field}");
        assert!(!parses(&json(&"&".repeat(11_000))), "{op} {field}");
    }
}

#[test]
fn an_ohiedit_that_others_cannot_be_told_of_is_refused() {
    let json = |change: &str, count| {
        let who = vec![r#"{"id":"uuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuu"}"#; count].join(",");
        format!(r#"{{"op":4,"id":"r","for":[{who}],"type":"{change}"}}"#)
    };
    assert!(parses(&json("add", 1_500)));
    assert!(!parses(&json("add", 1_558)));
    assert!(!parses(&json("drop", 1_558)));
    assert!(parses(&json("init", 1_558)), "nothing is queued for init");
}

#[test]
fn a_post_to_hundreds_is_fine() {
    let to = vec![r#"{"id":"uuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuu","type":1}"#; 1_200].join(",");
    assert!(parses(&format!(r#"{{"op":7,"id":"r","for":[{to}],"datalen":1}}"#)));
}
