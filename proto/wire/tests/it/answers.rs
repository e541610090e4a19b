//! Section 4: responses and presence, to the octet.

use tmtp_wire::{
    Answer, ERROR_OCTETS_MAX, Error, HEADER_MAX, MsgId, Posted, Receipt, answer::INFO_OHI_MAX, base32,
};

fn json(answer: &Answer) -> String {
    let frame = answer.encode().unwrap();
    let (digits, json) = frame.split_at(4);
    assert_eq!(format!("{:04x}", json.len()).as_bytes(), digits);
    String::from_utf8(json.to_vec()).unwrap()
}

fn quit(error: &str) -> Answer {
    Answer::Quit { error: error.into() }
}

#[test]
fn tmtprev_names_the_site_and_the_version() {
    let answer = Answer::TmtpRev { name: "Bank & Söhne".into(), auth: None, auth_by: None };
    assert_eq!(json(&answer), r#"{"id":"1","name":"Bank \u0026 Söhne","op":"tmtprev"}"#);
}

#[test]
fn tmtprev_brings_authby_in_canonical_form() {
    let auth_by = r#"[ {"token":["https://b", "c&d"], "label":"L", "login":["https://a","x=1&y=<2>"]} ]"#;
    let answer = Answer::TmtpRev { name: "S".into(), auth: Some(2), auth_by: Some(auth_by.into()) };
    assert_eq!(
        json(&answer),
        concat!(
            r#"{"auth":2,"authby":[{"label":"L","login":["https://a","x=1\u0026y=\u003c2\u003e"],"#,
            r#""token":["https://b","c\u0026d"]}],"id":"1","name":"S","op":"tmtprev"}"#
        )
    );
}

#[test]
fn an_authby_that_is_not_json_is_an_error() {
    let answer = Answer::TmtpRev { name: "S".into(), auth: Some(1), auth_by: Some("[".into()) };
    assert_eq!(answer.encode(), Err(Error::Header));
}

#[test]
fn registered_shows_uid_and_secret_and_why_the_alias_was_refused() {
    let mut answer = Answer::Registered { uid: "U".into(), nodeid: "N".into(), error: None };
    assert_eq!(json(&answer), r#"{"nodeid":"N","op":"registered","uid":"U"}"#);
    if let Answer::Registered { error, .. } = &mut answer {
        *error = Some("newalias must be 8+ characters".into());
    }
    assert_eq!(
        json(&answer),
        r#"{"error":"newalias must be 8+ characters","nodeid":"N","op":"registered","uid":"U"}"#
    );
}

#[test]
fn info_lists_members_only_when_there_are_some() {
    assert_eq!(json(&Answer::Info { ohi: vec![] }), r#"{"info":"login ok","op":"info"}"#);
    let some = Answer::Info { ohi: vec!["A".into(), "B".into()] };
    assert_eq!(json(&some), r#"{"info":"login ok","ohi":["A","B"],"op":"info"}"#);
}

#[test]
fn info_holds_as_many_members_as_fit_so_that_everybody_can_log_in() {
    let uid = base32::encode(&[7; 20]);
    let most = json(&Answer::Info { ohi: vec![uid.clone(); INFO_OHI_MAX] });
    assert_eq!(most.matches(&uid).count(), INFO_OHI_MAX);
    assert_eq!(json(&Answer::Info { ohi: vec![uid; 2 * INFO_OHI_MAX] }), most);
}

#[test]
fn an_ack_says_done_or_received_or_what_went_wrong() {
    let ack = |result| json(&Answer::Ack { id: "r 1".into(), result });
    assert_eq!(ack(Ok(None)), r#"{"id":"r 1","op":"ack"}"#);
    let receipt = Receipt { msgid: MsgId(0x16b3_c2a0_f1e2_d3c4), posted: Posted(1_795_339_800_007) };
    assert_eq!(
        ack(Ok(Some(receipt))),
        r#"{"id":"r 1","msgid":"16b3c2a0f1e2d3c4","op":"ack","posted":"2026-11-22T09:30:00.007Z"}"#
    );
    assert_eq!(ack(Err("no".into())), r#"{"error":"no","id":"r 1","op":"ack"}"#);
}

#[test]
fn an_ack_echoes_the_id_exactly() {
    let ack = Answer::Ack { id: "a\0b:\t \"\\é\u{2028}\u{2029}<>&\u{7f}".into(), result: Ok(None) };
    let id = "a\\u0000b:\\t \\\"\\\\é\\u2028\\u2029\\u003c\\u003e\\u0026\u{7f}";
    assert_eq!(json(&ack), format!(r#"{{"id":"{id}","op":"ack"}}"#));
}

#[test]
fn quit_gives_the_reason() {
    assert_eq!(json(&quit("logout ok")), r#"{"error":"logout ok","op":"quit"}"#);
}

#[test]
fn presence_has_a_sender_and_no_id() {
    let ohi = Answer::Ohi { from: "U".into(), status: 2 };
    assert_eq!(json(&ohi), r#"{"from":"U","op":"ohi","status":2}"#);
}

#[test]
fn a_header_may_be_just_as_long_as_the_longest_and_no_longer() {
    let around = json(&quit("")).len();
    assert_eq!(quit(&"x".repeat(HEADER_MAX - around)).encode().unwrap().len(), 4 + HEADER_MAX);
    assert_eq!(quit(&"x".repeat(HEADER_MAX - around + 1)).encode(), Err(Error::HeaderLength));
}

#[test]
fn an_error_text_is_cut_so_that_it_can_be_sent() {
    let error = format!("{}é", "x".repeat(ERROR_OCTETS_MAX - 1));
    let ack = Answer::Ack { id: "r".into(), result: Err(error) };
    let kept = "x".repeat(ERROR_OCTETS_MAX - 1);
    assert_eq!(json(&ack), format!(r#"{{"error":"{kept}","id":"r","op":"ack"}}"#));
}
