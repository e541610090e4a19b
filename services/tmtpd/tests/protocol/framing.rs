//! Section 1: framing and the form of headers.

use anyhow::{Result, ensure};
use serde_json::json;
use tmtp_testkit::{
    ask,
    client::{Client, encode},
    received::frame,
    sentences,
    server::Server,
    suite::Sentence,
    talk::unique,
};

pub fn sentences() -> Vec<Sentence<Server>> {
    sentences![Server;
        length_digits_that_are_not_hex_are_an_error,
        a_header_shorter_than_8_octets_is_an_error,
        length_digits_may_be_in_either_case,
        a_header_may_have_65535_octets,
        a_message_may_arrive_octet_by_octet,
        twenty_messages_may_arrive_in_one_read,
        field_names_are_matched_without_regard_to_case,
        unknown_fields_are_ignored_and_null_counts_as_absent,
        of_a_repeated_field_the_last_wins,
        values_of_the_wrong_type_make_a_header_invalid,
        header_that_is_not_one_json_object_is_invalid,
        answers_escape_five_characters,
        a_datalen_of_zero_is_no_data,
        a_header_may_have_white_space_and_escapes,
    ]
}

/// A connection that has its TmtpRev accepted, so that errors are told.
pub async fn greeted(server: &Server) -> Result<Client> {
    let mut client = server.stranger().await?;
    client.send(&ask::tmtprev(), b"").await?;
    client.expect_tmtprev().await?;
    Ok(client)
}

async fn length_digits_that_are_not_hex_are_an_error(server: &Server) -> Result<()> {
    for digits in ["zzzz", "00 8", "0x10", "+010", "-008", "\u{fffd}0", "\0\0\0\0"] {
        let mut client = greeted(server).await?;
        client.send_raw(format!("{digits}{{\"op\":11}}").as_bytes()).await?;
        client.expect_quit("invalid header length").await?;
    }
    Ok(())
}

async fn a_header_shorter_than_8_octets_is_an_error(server: &Server) -> Result<()> {
    for short in ["0000", "0002{}", "0007{\"a\":1}"] {
        let mut client = greeted(server).await?;
        client.send_raw(short.as_bytes()).await?;
        client.expect_quit("invalid header length").await?;
    }
    Ok(())
}

/// A header of exactly this many octets.
fn padded(header: &str, octets: usize) -> Vec<u8> {
    let open = header.trim_end_matches('}');
    let padding = octets - open.len() - r#","pad":""}"#.len();
    frame(&format!(r#"{open},"pad":"{}"}}"#, "x".repeat(padding)))
}

async fn length_digits_may_be_in_either_case(server: &Server) -> Result<()> {
    let mut client = server.member("Cases").await?;
    let lower = padded(r#"{"op":9,"id":"1","from":"nobody at all","to":"nobody"}"#, 0xabc);
    ensure!(lower.starts_with(b"0abc"));
    for digits in ["0abc", "0ABC", "0aBc"] {
        client.send_raw(&[digits.as_bytes(), &lower[4..]].concat()).await?;
        ensure!(client.response().await?.id() == "1");
    }
    Ok(())
}

async fn a_header_may_have_65535_octets(server: &Server) -> Result<()> {
    let mut client = server.stranger().await?;
    client.send_raw(&padded(r#"{"op":0,"id":"1"}"#, 65_535)).await?;
    client.expect_tmtprev().await?;
    Ok(())
}

async fn a_message_may_arrive_octet_by_octet(server: &Server) -> Result<()> {
    let mut client = server.member("Dribble").await?;
    let own = client.me.uid.clone();
    let mut octets = encode(&ask::with(ask::post(&[&own]), &json!({"id": "slow"})), b"drip drop")?;
    octets.extend(encode(&ask::pulse(), b"")?);
    octets.extend(encode(&ask::with(ask::post(&[&own]), &json!({"id": "slow 2"})), b"drop")?);
    for octet in octets {
        client.send_raw(&[octet]).await?;
    }
    ensure!(client.response().await?.id() == "slow" && client.response().await?.id() == "slow 2");
    ensure!(client.take("delivery").await?.data == b"drip drop");
    ensure!(client.take("delivery").await?.data == b"drop");
    Ok(())
}

async fn twenty_messages_may_arrive_in_one_read(server: &Server) -> Result<()> {
    let mut client = server.member("Burst").await?;
    let own = client.me.uid.clone();
    let mut octets = Vec::new();
    for n in 0..20 {
        octets.extend(encode(&ask::with(ask::post(&[&own]), &json!({"id": format!("{n}")})), &[n; 10])?);
    }
    client.send_raw(&octets).await?;
    for n in 0..20_u8 {
        ensure!(client.response().await?.id() == n.to_string());
        ensure!(client.take("delivery").await?.data == [n; 10]);
    }
    client.expect_nothing().await
}

async fn field_names_are_matched_without_regard_to_case(server: &Server) -> Result<()> {
    let alias = unique("Case Insensitive");
    let mut client = server.stranger().await?;
    client.send(&json!({"OP": 0, "Id": "1"}), b"").await?;
    client.send(&json!({"oP": 1, "NewNode": "laptop", "NEWALIAS": alias}), b"").await?;
    client.expect_tmtprev().await?;
    let registered = client.recv().await?;
    ensure!(registered.op() == "registered" && registered.text("error").is_none(), "{registered}");
    client.expect_info().await?;
    client
        .send_raw(&frame(&json!({"Op": 9, "ID": "p", "FROM": alias, "To": alias, "DataLen": 2}).to_string()))
        .await?;
    client.send_raw(b"hi").await?;
    ensure!(client.response().await?.text("msgid").is_some());
    ensure!(client.take("ping").await?.data == b"hi");
    let uid = registered.must("uid")?;
    client.send(&json!({"Op": 7, "Id": "q", "For": [{"ID": uid, "Type": 1}]}), b"x").await?;
    ensure!(client.response().await?.text("msgid").is_some());
    Ok(())
}

async fn unknown_fields_are_ignored_and_null_counts_as_absent(server: &Server) -> Result<()> {
    let mut client = server.member("Lenient").await?;
    let own = client.me.uid.clone();
    let more = json!({"color": {"deep": [1, "x", null]}, "datasum": null, "notelen": null, "datahead": null, "from": null});
    client.accepted(&ask::with(ask::post(&[&own]), &more), b"x").await?;
    client.take("delivery").await?.expect(&json!({"datasum": null, "datahead": null}))?;
    let alias = unique("No Null Here");
    client
        .accepted(&ask::with(ask::newalias(&alias), &json!({"newnode": null, "datalen": null})), b"")
        .await?;
    client.take("user").await?.expect(&json!({"newalias": alias}))
}

async fn of_a_repeated_field_the_last_wins(server: &Server) -> Result<()> {
    let mut client = server.member("Repeats").await?;
    let json = format!(
        r#"{{"op":11,"op":7,"ID":"a","id":"b","for":[],"for":[{{"id":"{}","type":1}}],"datalen":9,"datalen":1}}"#,
        client.me.uid
    );
    client.send_raw(&[&frame(&json)[..], b"x"].concat()).await?;
    ensure!(client.response().await?.id() == "b");
    ensure!(client.take("delivery").await?.data == b"x");
    Ok(())
}

async fn values_of_the_wrong_type_make_a_header_invalid(server: &Server) -> Result<()> {
    for header in [
        r#"{"op":"9","id":"1","from":"a","to":"b"}"#,
        r#"{"op":9.0,"id":"1","from":"a","to":"b"}"#,
        r#"{"op":9e0,"id":"1","from":"a","to":"b"}"#,
        r#"{"op":true,"id":"1","from":"a","to":"b"}"#,
        r#"{"op":9,"id":1,"from":"a","to":"b"}"#,
        r#"{"op":9,"id":"1","from":["a"],"to":"b"}"#,
        r#"{"op":9,"id":"1","from":"a","to":{}}"#,
        r#"{"op":9,"id":"1","from":"a","to":"b","datalen":"2"}"#,
        r#"{"op":9,"id":"1","from":"a","to":"b","datalen":2.5}"#,
        r#"{"op":9,"id":"1","from":"a","to":"b","datalen":99999999999999999999999999}"#,
        r#"{"op":7,"id":"1","for":{"id":"a","type":1},"datalen":1}"#,
        r#"{"op":7,"id":"1","for":["a"],"datalen":1}"#,
        r#"{"op":7,"id":"1","for":[{"id":"a","type":"1"}],"datalen":1}"#,
        r#"{"op":7,"id":"1","for":[],"datalen":1,"datasum":"1"}"#,
        r#"{"op":8,"id":"1","for":[],"datalen":2,"notelen":1,"fornotself":"yes"}"#,
    ] {
        let mut client = greeted(server).await?;
        client.send_raw(&frame(header)).await?;
        client.expect_quit("invalid header").await.map_err(|error| error.context(header))?;
    }
    Ok(())
}

async fn header_that_is_not_one_json_object_is_invalid(server: &Server) -> Result<()> {
    let not_utf8 = b"000f{\"op\":11,\"\xff\":1}".to_vec();
    let mut headers: Vec<Vec<u8>> =
        ["nonsense", "[1,2,3,4]", "\"string\"", r#"{"op":11}{}"#, r#"{"op":11"#, "{'op':11}"]
            .iter()
            .map(|json| frame(json))
            .collect();
    headers.push(not_utf8);
    for header in headers {
        let mut client = greeted(server).await?;
        client.send_raw(&header).await?;
        client.expect_quit("invalid header").await?;
    }
    Ok(())
}

async fn answers_escape_five_characters(server: &Server) -> Result<()> {
    let mut client = server.member("Escapes <&>").await?;
    let id = "<script>&amp;\u{2028}\u{2029}\u{0}\"\\\u{7f}é";
    let alias = client.me.alias.clone();
    let ack = client.request(&ask::with(ask::ping(&alias, &alias), &json!({"id": id})), b"").await?;
    ensure!(ack.id() == id, "{ack}");
    ensure!(
        String::from_utf8_lossy(&ack.framed).contains(r"\u003cscript\u003e\u0026amp;\u2028\u2029"),
        "{ack}"
    );
    let ping = client.take("ping").await?;
    ping.expect(&json!({"alias": alias, "to": alias}))?;
    ensure!(String::from_utf8_lossy(&ping.framed).contains(r"\u003c\u0026\u003e"), "{ping}");
    Ok(())
}

async fn a_datalen_of_zero_is_no_data(server: &Server) -> Result<()> {
    let mut client = server.member("Zero").await?;
    let alias = client.me.alias.clone();
    client.accepted(&ask::with(ask::ping(&alias, &alias), &json!({"datalen": 0})), b"").await?;
    client.take("ping").await?.expect(&json!({"datalen": 0}))?;
    client.expect_nothing().await
}

async fn a_header_may_have_white_space_and_escapes(server: &Server) -> Result<()> {
    let mut client = server.member("Spaces").await?;
    let alias = client.me.alias.clone();
    let json = format!(
        "\n{{ \"op\" : 9 ,\t\"\\u0069d\":\"\\u0041\", \"from\":\"{alias}\", \"to\":\"{alias}\" }} \r\n"
    );
    client.send_raw(&frame(&json)).await?;
    ensure!(client.response().await?.id() == "A");
    client.take("ping").await?;
    Ok(())
}
