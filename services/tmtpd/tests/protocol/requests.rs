//! Section 3: what each op requires, allows and forbids.

use anyhow::{Context, Result};
use serde_json::{Value, json};
use tmtp_testkit::{ask, received::frame, sentences, server::Server, suite::Sentence};

use crate::framing::greeted;

pub fn sentences() -> Vec<Sentence<Server>> {
    sentences![Server;
        an_op_that_is_missing_or_unknown_is_invalid,
        every_required_field_is_required_and_not_empty,
        useredit_takes_exactly_one_of_its_fields,
        types_and_acts_are_from_their_lists,
        ops_without_data_take_no_datalen,
        only_post_notify_takes_a_notelen,
        ops_with_data_need_it,
        heads_lie_within_their_data,
        negative_numbers_are_invalid,
        recipients_have_an_id_and_a_type_from_1_to_3,
        a_post_may_be_for_nobody,
    ]
}

/// Sends each header on a link of its own, behind a TmtpRev: form is checked before state, of a second TmtpRev too.
async fn all_are_invalid(server: &Server, headers: &[Value]) -> Result<()> {
    for header in headers {
        let mut client = greeted(server).await?;
        client.send_raw(&frame(&header.to_string())).await?;
        client.expect_quit("invalid header").await.with_context(|| header.to_string())?;
    }
    Ok(())
}

/// A valid header of every op, and the fields that it cannot do without.
fn valid() -> Vec<(Value, &'static [&'static str])> {
    let to = json!([{"id": "x", "type": 1}]);
    vec![
        (json!({"op": 0, "id": "1"}), &["id"]),
        (json!({"op": 1, "newnode": "n"}), &["newnode"]),
        (json!({"op": 2, "uid": "u", "node": "n"}), &["uid", "node"]),
        (json!({"op": 3, "id": "1", "newalias": "a"}), &["id", "newalias"]),
        (json!({"op": 3, "id": "1", "newnode": "a"}), &["id", "newnode"]),
        (json!({"op": 4, "id": "1", "for": [{"id": "u"}], "type": "add"}), &["id", "for", "type"]),
        (json!({"op": 5, "id": "1", "gid": "g", "from": "f", "to": "t"}), &["id", "gid", "from", "to"]),
        (json!({"op": 6, "id": "1", "act": "join", "gid": "g"}), &["id", "act", "gid"]),
        (
            json!({"op": 6, "id": "1", "act": "alias", "gid": "g", "newalias": "a"}),
            &["id", "act", "gid", "newalias"],
        ),
        (json!({"op": 6, "id": "1", "act": "drop", "gid": "g", "to": "a"}), &["id", "act", "gid", "to"]),
        (json!({"op": 7, "id": "1", "for": to, "datalen": 2}), &["id"]),
        (json!({"op": 8, "id": "1", "for": to, "datalen": 2, "notelen": 1}), &["id"]),
        (json!({"op": 9, "id": "1", "from": "f", "to": "t"}), &["id", "from", "to"]),
        (json!({"op": 10, "id": "1"}), &["id"]),
    ]
}

fn without(header: &Value, field: &str) -> Value {
    let mut header = header.clone();
    header.as_object_mut().and_then(|fields| fields.remove(field));
    header
}

async fn an_op_that_is_missing_or_unknown_is_invalid(server: &Server) -> Result<()> {
    let ops = [json!(13), json!(-1), json!(255), json!(256), json!(1_u64 << 40), json!(null)];
    let mut headers: Vec<Value> = ops.into_iter().map(|op| json!({"op": op, "id": "1"})).collect();
    headers.push(json!({"id": "12345"}));
    all_are_invalid(server, &headers).await
}

async fn every_required_field_is_required_and_not_empty(server: &Server) -> Result<()> {
    let mut headers = Vec::new();
    for (header, required) in &valid() {
        for field in *required {
            headers.push(without(header, field));
            headers.push(ask::with(header.clone(), &json!({*field: null})));
            let empty = if header[*field].is_array() { json!([]) } else { json!("") };
            headers.push(ask::with(header.clone(), &json!({*field: empty})));
        }
    }
    for op in [7, 8] {
        headers.push(json!({"op": op, "id": "1", "datalen": 2, "notelen": (op == 8).then_some(1)}));
    }
    headers.push(json!({"op": 8, "id": "1", "for": [], "datalen": 2}));
    headers.push(json!({"op": 8, "id": "1", "for": [], "datalen": 2, "notelen": 0}));
    all_are_invalid(server, &headers).await
}

async fn useredit_takes_exactly_one_of_its_fields(server: &Server) -> Result<()> {
    all_are_invalid(
        server,
        &[json!({"op": 3, "id": "1", "newnode": "n", "newalias": "a"}), json!({"op": 3, "id": "1"})],
    )
    .await
}

async fn types_and_acts_are_from_their_lists(server: &Server) -> Result<()> {
    let mut headers = Vec::new();
    for word in ["Add", "remove", "ADD", " add"] {
        headers.push(json!({"op": 4, "id": "1", "for": [{"id": "u"}], "type": word}));
    }
    for word in ["invite", "Join", "leave"] {
        headers.push(json!({"op": 6, "id": "1", "act": word, "gid": "g", "newalias": "a", "to": "t"}));
    }
    headers.push(json!({"op": 4, "id": "1", "for": [{}], "type": "add"}));
    headers.push(json!({"op": 4, "id": "1", "for": [{"id": ""}], "type": "add"}));
    all_are_invalid(server, &headers).await
}

async fn ops_without_data_take_no_datalen(server: &Server) -> Result<()> {
    let mut headers: Vec<Value> = [json!({"op": 11}), json!({"op": 12})].to_vec();
    headers.extend(valid().into_iter().map(|(header, _)| header).filter(|h| {
        let op = h["op"].as_u64().unwrap_or_default();
        op != 5 && op != 7 && op != 8 && op != 9
    }));
    let with_data: Vec<Value> = headers.into_iter().map(|h| ask::with(h, &json!({"datalen": 1}))).collect();
    all_are_invalid(server, &with_data).await
}

async fn only_post_notify_takes_a_notelen(server: &Server) -> Result<()> {
    let headers = valid().into_iter().map(|(header, _)| header).filter(|h| h["op"] != 8);
    let headers = headers.chain([ask::pulse(), ask::quit()]);
    let headers: Vec<Value> = headers.map(|h| ask::with(h, &json!({"notelen": 1}))).collect();
    all_are_invalid(server, &headers).await
}

async fn ops_with_data_need_it(server: &Server) -> Result<()> {
    let post = json!({"op": 7, "id": "1", "for": []});
    let notify = json!({"op": 8, "id": "1", "for": [], "notelen": 1});
    let empty = [&post, &notify].map(|header| ask::with(header.clone(), &json!({"datalen": 0})));
    all_are_invalid(server, &[&[post, notify][..], &empty].concat()).await
}

async fn heads_lie_within_their_data(server: &Server) -> Result<()> {
    let post = json!({"op": 7, "id": "1", "for": [], "datalen": 5, "datahead": 6});
    let notify = json!({"op": 8, "id": "1", "for": [], "datalen": 5, "notelen": 2, "notehead": 3});
    let message = json!({"op": 8, "id": "1", "for": [], "datalen": 5, "notelen": 2, "datahead": 6});
    let huge = json!({"op": 7, "id": "1", "for": [], "datalen": 5, "datahead": u64::MAX});
    all_are_invalid(server, &[post, notify, message, huge]).await
}

async fn negative_numbers_are_invalid(server: &Server) -> Result<()> {
    let mut headers = Vec::new();
    for field in ["datalen", "datahead", "datasum", "notelen", "notehead", "notesum"] {
        let header = json!({"op": 8, "id": "1", "for": [], "datalen": 5, "notelen": 2});
        headers.push(ask::with(header, &json!({field: -1})));
    }
    headers.push(json!({"op": 9, "id": "1", "from": "f", "to": "t", "datalen": -1}));
    headers.push(json!({"op": 9, "id": "1", "from": "f", "to": "t", "datalen": i64::MIN}));
    all_are_invalid(server, &headers).await
}

async fn recipients_have_an_id_and_a_type_from_1_to_3(server: &Server) -> Result<()> {
    let mut headers = Vec::new();
    for bad in [
        json!({"id": "x"}),
        json!({"type": 1}),
        json!({"id": "", "type": 1}),
        json!({"id": "x", "type": 0}),
        json!({"id": "x", "type": 4}),
        json!({"id": "x", "type": -1}),
        json!(null),
    ] {
        let good = json!({"id": "x", "type": 1});
        headers.push(json!({"op": 7, "id": "1", "for": [good, bad], "datalen": 1}));
        headers.push(json!({"op": 8, "id": "1", "for": [], "notefor": [bad], "datalen": 2, "notelen": 1}));
    }
    all_are_invalid(server, &headers).await
}

async fn a_post_may_be_for_nobody(server: &Server) -> Result<()> {
    let (mut first, mut second) = server.two_nodes("Note To Self").await?;
    let msgid = first.accepted(&ask::post(&[]), b"memo").await?;
    let copy = second.take("delivery").await?;
    copy.expect(&json!({"id": msgid, "from": first.me.uid, "datalen": 4}))?;
    first.expect_nothing().await
}
