//! Section 4: Post.

use anyhow::{Result, ensure};
use jiff::Timestamp;
use serde_json::json;
use tmtp_platform::{Clock, SystemClock};
use tmtp_testkit::{ask, client::Client, received::is_msgid, sentences, server::Server, suite::Sentence};

use crate::groups::group;

pub fn sentences() -> Vec<Sentence<Server>> {
    sentences![Server;
        a_post_reaches_all_nodes_of_those_it_is_for,
        the_senders_other_nodes_always_get_a_copy,
        the_posting_node_gets_it_only_when_its_own_uid_is_addressed,
        a_group_post_reaches_joined_members_with_or_without_the_sender,
        the_other_nodes_of_a_sender_who_leaves_itself_out_get_a_copy,
        a_node_addressed_several_times_gets_one_copy,
        a_recipient_may_be_listed_hundreds_of_times,
        an_unknown_recipient_fails_the_whole_post,
        a_strangers_post_to_a_group_is_refused,
        datahead_and_datasum_are_passed_on,
        data_passes_unread,
        the_ack_names_the_message,
        ids_and_times_are_those_of_the_clock,
    ]
}

async fn a_post_reaches_all_nodes_of_those_it_is_for(server: &Server) -> Result<()> {
    let (mut first, mut second) = server.two_nodes("Bob").await?;
    let mut carol = server.member("Carol").await?;
    let mut alice = server.member("Alice").await?;
    let msgid = alice.accepted(&ask::post(&[&first.me.uid, &carol.me.uid]), b"dear both").await?;
    for node in [&mut first, &mut second, &mut carol] {
        let delivery = node.take("delivery").await?;
        delivery.expect(&json!({"id": msgid, "from": alice.me.uid, "datalen": 9, "notify": null}))?;
        ensure!(delivery.data == b"dear both");
    }
    alice.expect_nothing().await
}

async fn the_senders_other_nodes_always_get_a_copy(server: &Server) -> Result<()> {
    let (mut first, mut second) = server.two_nodes("Alice").await?;
    let mut bob = server.member("Bob").await?;
    let msgid = first.accepted(&ask::post(&[&bob.me.uid]), b"x").await?;
    ensure!(second.take("delivery").await?.id() == msgid && bob.take("delivery").await?.id() == msgid);
    first.expect_nothing().await
}

async fn the_posting_node_gets_it_only_when_its_own_uid_is_addressed(server: &Server) -> Result<()> {
    let (mut first, mut second) = server.two_nodes("Alice").await?;
    let own = first.me.uid.clone();
    let msgid = first.accepted(&ask::post(&[&own]), b"x").await?;
    ensure!(first.take("delivery").await?.id() == msgid && second.take("delivery").await?.id() == msgid);
    Ok(())
}

async fn a_group_post_reaches_joined_members_with_or_without_the_sender(server: &Server) -> Result<()> {
    let (gid, mut members) = group(server, &["Alice", "Bob", "Carol"]).await?;
    let msgid = members[1].accepted(&ask::post_to(&[ask::to_group(&gid)]), b"to all").await?;
    for member in &mut members {
        ensure!(member.take("delivery").await?.id() == msgid);
    }
    let msgid = members[1].accepted(&ask::post_to(&[ask::to_others_of(&gid)]), b"to the others").await?;
    ensure!(
        members[0].take("delivery").await?.id() == msgid && members[2].take("delivery").await?.id() == msgid
    );
    members[1].expect_nothing().await
}

async fn the_other_nodes_of_a_sender_who_leaves_itself_out_get_a_copy(server: &Server) -> Result<()> {
    let (gid, mut members) = group(server, &["Alice", "Bob"]).await?;
    let phone = members[1].add_node("phone").await?;
    let mut phone = Client::enter_first(&server.address(), &phone).await?;
    members[1].take("login").await?;
    let msgid = members[1].accepted(&ask::post_to(&[ask::to_others_of(&gid)]), b"to the others").await?;
    ensure!(phone.take("delivery").await?.id() == msgid);
    ensure!(members[0].take("delivery").await?.id() == msgid);
    members[1].expect_nothing().await
}

async fn a_node_addressed_several_times_gets_one_copy(server: &Server) -> Result<()> {
    let (gid, mut members) = group(server, &["Alice", "Bob"]).await?;
    let (alice, bob) = (members[0].me.uid.clone(), members[1].me.uid.clone());
    let to = [ask::to_group(&gid), ask::to_member(&bob), ask::to_others_of(&gid), ask::to_member(&alice)];
    members[0].accepted(&ask::post_to(&to), b"once").await?;
    for member in &mut members {
        ensure!(member.take("delivery").await?.data == b"once");
        member.expect_nothing().await?;
    }
    Ok(())
}

async fn a_recipient_may_be_listed_hundreds_of_times(server: &Server) -> Result<()> {
    let (mut alice, mut bob) = (server.member("Alice").await?, server.member("Bob").await?);
    alice.accepted(&ask::post(&[&*bob.me.uid; 900]), b"once").await?;
    ensure!(bob.take("delivery").await?.data == b"once");
    bob.expect_nothing().await
}

async fn an_unknown_recipient_fails_the_whole_post(server: &Server) -> Result<()> {
    let (mut first, mut second) = server.two_nodes("Alice").await?;
    let mut bob = server.member("Bob").await?;
    let (stranger, long) = ("%".repeat(32), "x".repeat(30_000));
    for unknown in ["nobody", &stranger, &long, &bob.me.alias.clone()] {
        first.refused(&ask::post(&[&bob.me.uid, unknown]), b"lost").await?;
        let to = [ask::to_member(&bob.me.uid), ask::to_group(unknown)];
        first.refused(&ask::post_to(&to), b"lost").await?;
    }
    bob.expect_nothing().await?;
    second.expect_nothing().await
}

async fn a_strangers_post_to_a_group_is_refused(server: &Server) -> Result<()> {
    let (gid, mut members) = group(server, &["Alice", "Bob"]).await?;
    let mut carol = server.member("Carol").await?;
    carol.refused(&ask::post_to(&[ask::to_group(&gid)]), b"spam").await?;
    carol.refused(&ask::post_to(&[ask::to_others_of(&gid)]), b"spam").await?;
    members[0].expect_nothing().await
}

async fn datahead_and_datasum_are_passed_on(server: &Server) -> Result<()> {
    let (mut alice, mut bob) = (server.member("Alice").await?, server.member("Bob").await?);
    for (head, sum) in [(0_u64, 0_u64), (5, 1), (9, u64::from(u32::MAX))] {
        let header = ask::with(ask::post(&[&bob.me.uid]), &json!({"datahead": head, "datasum": sum}));
        alice.accepted(&header, b"{\"a\":1}xx").await?;
        let delivery = bob.take("delivery").await?;
        ensure!(
            delivery.number("datahead").unwrap_or(0) == head
                && delivery.number("datasum").unwrap_or(0) == sum
        );
    }
    Ok(())
}

async fn data_passes_unread(server: &Server) -> Result<()> {
    let (mut alice, mut bob) = (server.member("Alice").await?, server.member("Bob").await?);
    let every_octet: Vec<u8> = (0..=255).cycle().take(100_003).collect();
    for data in [&every_octet[..], b"0011{\"op\":12}", &[0; 1], &[255; 16_384], &every_octet[..65_536]] {
        alice.accepted(&ask::with(ask::post(&[&bob.me.uid]), &json!({"datahead": 1})), data).await?;
        ensure!(bob.take("delivery").await?.data == data);
    }
    Ok(())
}

async fn the_ack_names_the_message(server: &Server) -> Result<()> {
    let (mut alice, mut bob) = (server.member("Alice").await?, server.member("Bob").await?);
    let ack = alice.request(&ask::post(&[&bob.me.uid]), b"x").await?;
    ensure!(is_msgid(ack.must("msgid")?), "{ack}");
    bob.take("delivery").await?.expect(&json!({"id": ack.must("msgid")?, "posted": ack.must("posted")?}))
}

/// Ids are nanoseconds since 1970 to begin with, and may run ahead a little where many are given at once.
async fn ids_and_times_are_those_of_the_clock(server: &Server) -> Result<()> {
    let mut client = server.member("Punctual").await?;
    let own = client.me.uid.clone();
    let ack = client.request(&ask::post(&[&own]), b"x").await?;
    let now = SystemClock.unix_ms();
    let near = |ms: i64| (ms - now).abs() < 60_000;
    let id = i64::from_str_radix(ack.must("msgid")?, 16)?;
    let posted: Timestamp = ack.must("posted")?.parse()?;
    ensure!(near(id / 1_000_000) && near(posted.as_millisecond()), "at {now}: {ack}");
    Ok(())
}
