//! Section 3: the table, op by op.

use serde_json::{Map, Value, json};
use tmtp_wire::{Error, GroupAct, Head, OhiChange, RecipientKind, Request, UserEdit};

use crate::samples;

fn parse(json: &Value) -> Result<Head, Error> {
    Head::parse(json.to_string().as_bytes())
}

fn request(json: &Value) -> Request {
    parse(json).unwrap().request
}

fn refused(json: &Value) -> bool {
    parse(json).err() == Some(Error::Header)
}

fn sample(json: &str) -> Map<String, Value> {
    match serde_json::from_str(json).unwrap() {
        Value::Object(map) => map,
        _ => panic!("not an object"),
    }
}

/// `json` with `name` set to `value`.
fn with(json: &str, name: &str, value: Value) -> Value {
    let mut map = sample(json);
    map.insert(name.into(), value);
    Value::Object(map)
}

#[test]
fn every_sample_is_a_good_request() {
    for json in samples::REQUESTS {
        assert!(Head::parse(json.as_bytes()).is_ok(), "{json}");
    }
}

#[test]
fn a_required_field_must_be_there_and_not_empty() {
    let optional = ["datahead", "datasum", "notefor", "fornotself", "notehead", "notesum", "oidc"];
    for json in samples::REQUESTS {
        let map = sample(json);
        for name in map.keys() {
            let is_optional = optional.contains(&name.as_str())
                || (map["op"] == 1 && name == "newalias")
                || (name == "datalen" && (map["op"] == 5 || map["op"] == 9))
                || (name == "type" && map["op"] == 10);
            let mut less = map.clone();
            less.remove(name);
            assert_eq!(refused(&Value::Object(less)), !is_optional, "{json} without {name}");
            if !is_optional && map[name].is_string() {
                assert!(refused(&with(json, name, json!(""))), "{json} with empty {name}");
            }
        }
    }
}

#[test]
fn fields_of_other_ops_are_of_no_matter() {
    let others = json!({"uid": "x", "node": "x", "gid": "x", "from": "x", "to": "x", "act": "x", "type": "x",
        "fornotself": true, "datasum": 1, "notesum": 1, "oidc": {}, "datahead": 0, "notehead": 0});
    let mut map = sample(r#"{"op":11}"#);
    map.extend(others.as_object().unwrap().clone());
    assert!(matches!(request(&Value::Object(map)), Request::Pulse));
}

#[test]
fn only_four_ops_carry_data() {
    for json in samples::REQUESTS {
        let map = sample(json);
        let carries = [5, 7, 8, 9].iter().any(|op| map["op"] == *op);
        assert_eq!(refused(&with(json, "datalen", json!(20))), !carries, "{json}");
        let needs = map["op"] == 7 || map["op"] == 8;
        let mut none = map.clone();
        none.insert("datalen".into(), json!(0));
        none.remove("datahead");
        assert_eq!(refused(&Value::Object(none)), needs, "{json} with no data");
    }
}

#[test]
fn only_postnotify_has_a_notelen() {
    for json in samples::REQUESTS {
        let is_notify = sample(json)["op"] == 8;
        assert_eq!(refused(&with(json, "notelen", json!(4))), !is_notify, "{json}");
        assert_eq!(refused(&with(json, "notelen", json!(0))), is_notify, "{json}");
    }
}

#[test]
fn heads_are_never_longer_than_what_they_head() {
    for json in samples::REQUESTS {
        let map = sample(json);
        let length = |name: &str| map.get(name).and_then(Value::as_u64).unwrap_or(0);
        for (head, whole) in [("datahead", length("datalen")), ("notehead", length("notelen"))] {
            assert!(!refused(&with(json, head, json!(whole))), "{json} {head}");
            assert!(refused(&with(json, head, json!(whole + 1))), "{json} {head}");
        }
    }
}

#[test]
fn entries_of_posts_need_an_id_and_a_type_from_1_to_3() {
    for json in samples::REQUESTS.iter().filter(|json| matches!(sample(json)["op"].as_u64(), Some(7 | 8))) {
        for name in ["for", "notefor"] {
            for kind in [1, 2, 3] {
                assert!(!refused(&with(json, name, json!([{"id": "u", "type": kind}]))));
            }
            for entry in [
                json!({}),
                json!({"id": "u"}),
                json!({"type": 1}),
                json!({"id": "", "type": 1}),
                json!({"id": null, "type": 1}),
                json!({"id": "u", "type": null}),
                json!({"id": "u", "type": 0}),
                json!({"id": "u", "type": 4}),
                json!({"id": "u", "type": 257}),
            ] {
                assert!(
                    refused(&with(json, name, json!([{"id": "u", "type": 1}, entry]))),
                    "{json} {name} {entry}"
                );
            }
        }
    }
}

#[test]
fn register_without_an_alias_has_none() {
    for json in [
        json!({"op": 1, "newnode": "n"}),
        json!({"op": 1, "newnode": "n", "newalias": "_"}),
        json!({"op": 1, "newnode": "n", "newalias": ""}),
    ] {
        assert!(matches!(request(&json), Request::Register { newalias: None, oidc: None, .. }));
    }
    let json = json!({"op": 1, "newnode": "n", "newalias": "__"});
    assert!(matches!(request(&json), Request::Register { newalias: Some(alias), .. } if alias == "__"));
}

#[test]
fn the_token_of_a_register_is_kept_as_it_came() {
    let json = br#"{"op":1,"newnode":"n","oidc":{ "Scope":"a b", "x":[1.50,{"y":null}] }}"#;
    let Request::Register { oidc: Some(oidc), .. } = Head::parse(json).unwrap().request else {
        panic!("no token");
    };
    assert_eq!(oidc.get(), r#"{ "Scope":"a b", "x":[1.50,{"y":null}] }"#);
}

#[test]
fn useredit_adds_a_node_or_an_alias_and_not_both() {
    let edit = |json| match request(&json) {
        Request::UserEdit { edit, .. } => edit,
        other => panic!("{other:?}"),
    };
    assert_eq!(edit(json!({"op": 3, "id": "r", "newnode": "n"})), UserEdit::NewNode("n".into()));
    assert_eq!(
        edit(json!({"op": 3, "id": "r", "newalias": "a", "newnode": ""})),
        UserEdit::NewAlias("a".into())
    );
    assert!(refused(&json!({"op": 3, "id": "r", "newalias": "a", "newnode": "n"})));
    assert!(refused(&json!({"op": 3, "id": "r"})));
}

#[test]
fn ohiedit_adds_drops_or_inits_at_least_one_member() {
    let json = |who: Value, change| json!({"op": 4, "id": "r", "for": who, "type": change});
    for (name, expected) in [("add", OhiChange::Add), ("drop", OhiChange::Drop), ("init", OhiChange::Init)] {
        let Request::OhiEdit { who, change, .. } = request(&json(json!([{"id": "u"}, {"id": "u"}]), name))
        else {
            panic!("not an ohiedit");
        };
        assert_eq!((who, change), (vec!["u".to_owned(); 2], expected));
    }
    assert!(refused(&json(json!([]), "add")));
    assert!(refused(&json(json!([{"id": "u"}, {}]), "add")));
    for wrong in ["", "ADD", "adds"] {
        assert!(refused(&json(json!([{"id": "u"}]), wrong)), "{wrong}");
    }
}

#[test]
fn groupedit_takes_what_its_act_needs() {
    let json = |act: &str, more: Value| {
        let mut map = json!({"op": 6, "id": "r", "gid": "g", "act": act}).as_object().unwrap().clone();
        map.extend(more.as_object().unwrap().clone());
        Value::Object(map)
    };
    let act = |json| match request(&json) {
        Request::GroupEdit { act, .. } => act,
        other => panic!("{other:?}"),
    };
    assert_eq!(act(json("join", json!({"to": "x"}))), GroupAct::Join { newalias: None });
    assert_eq!(act(json("join", json!({"newalias": "a"}))), GroupAct::Join { newalias: Some("a".into()) });
    assert_eq!(act(json("alias", json!({"newalias": "a"}))), GroupAct::Alias { newalias: "a".into() });
    assert_eq!(act(json("drop", json!({"to": "a", "newalias": "b"}))), GroupAct::Drop { to: "a".into() });
    assert!(refused(&json("alias", json!({"to": "a"}))));
    assert!(refused(&json("drop", json!({"newalias": "a"}))));
    for wrong in ["", "JOIN", "invite", "leave"] {
        assert!(refused(&json(wrong, json!({"to": "a", "newalias": "a"}))), "{wrong}");
    }
}

#[test]
fn postnotify_gives_all_that_it_was_given() {
    let json = samples::REQUESTS.iter().find(|json| json.contains("fornotself")).unwrap();
    let head = Head::parse(json.as_bytes()).unwrap();
    let Request::PostNotify { id, post, note } = head.request else { panic!("not a postnotify") };
    assert_eq!((id.as_str(), head.data_len), ("r", 9));
    assert_eq!((post.to[0].kind, post.datahead, post.datasum), (RecipientKind::Member, Some(3), Some(1)));
    assert_eq!((note.len, note.head, note.sum, note.for_not_self), (4, Some(2), Some(5), true));
    assert_eq!((note.to[0].id.as_str(), note.to[0].kind), ("g", RecipientKind::Group));
}

#[test]
fn only_requests_that_are_answered_by_id_have_one() {
    for json in samples::REQUESTS {
        let map = sample(json);
        let request = Head::parse(json.as_bytes()).unwrap().request;
        let expected = if map["op"] == 10 { None } else { map.get("id").and_then(Value::as_str) };
        assert_eq!(request.id(), expected, "{json}");
    }
}

#[test]
fn every_op_has_its_name() {
    let mut names: Vec<_> =
        samples::REQUESTS.iter().map(|json| Head::parse(json.as_bytes()).unwrap().request.name()).collect();
    names.dedup();
    let expected =
        "tmtprev register login useredit ohiedit groupinvite groupedit post postnotify ping ack pulse quit";
    assert_eq!(names.join(" "), expected);
}
