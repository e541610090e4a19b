//! Section 4: PostNotify.

use anyhow::{Result, ensure};
use serde_json::{Value, json};
use tmtp_testkit::{ask, sentences, server::Server, suite::Sentence};

use crate::groups::group;

pub fn sentences() -> Vec<Sentence<Server>> {
    sentences![Server;
        the_message_goes_to_for_and_the_notification_to_both_lists,
        the_senders_other_nodes_get_message_and_notification,
        fornotself_keeps_the_message_from_the_senders_nodes,
        fornotself_holds_where_for_names_the_sender_itself,
        notify_counts_the_entries_of_both_lists_and_the_sender,
        heads_and_sums_belong_to_their_parts,
        an_unknown_recipient_in_either_list_fails_the_whole_request,
        a_group_may_be_notified,
        for_may_be_empty_where_the_sender_gets_the_message,
    ]
}

async fn the_message_goes_to_for_and_the_notification_to_both_lists(server: &Server) -> Result<()> {
    let (mut bob, mut carol) = (server.member("Bob").await?, server.member("Carol").await?);
    let mut alice = server.member("Alice").await?;
    let (to, also) = (ask::to_member(&bob.me.uid), ask::to_member(&carol.me.uid));
    let ack = alice.request(&ask::post_notify(&[to], &[also], 4), b"notemessage").await?;
    let msgid = ack.must("msgid")?;
    let note = json!({"postid": msgid, "from": alice.me.uid, "datalen": 4});
    let (mut delivered, mut notified) = (None, None);
    for _ in 0..2 {
        let message = bob.queued().await?;
        bob.ack(message.id()).await?;
        let place = if message.op() == "delivery" { &mut delivered } else { &mut notified };
        *place = Some(message);
    }
    let (Some(delivered), Some(notified)) = (delivered, notified) else { anyhow::bail!("one of each") };
    delivered.expect(&json!({"op": "delivery", "id": msgid, "datalen": 7, "notify": 3}))?;
    notified.expect(&note)?;
    ensure!(delivered.data == b"message" && notified.data == b"note" && notified.id() != msgid);
    let notified = carol.take("notify").await?;
    notified.expect(&note)?;
    ensure!(notified.data == b"note");
    carol.expect_nothing().await?;
    alice.expect_nothing().await
}

async fn the_senders_other_nodes_get_message_and_notification(server: &Server) -> Result<()> {
    let (mut first, mut second) = server.two_nodes("Alice").await?;
    let bob = server.member("Bob").await?;
    first.accepted(&ask::post_notify(&[ask::to_member(&bob.me.uid)], &[], 1), b"nm").await?;
    let mut ops = [second.queued().await?.op().to_owned(), second.queued().await?.op().to_owned()];
    ops.sort();
    ensure!(ops == ["delivery", "notify"], "{ops:?}");
    first.expect_nothing().await
}

async fn fornotself_keeps_the_message_from_the_senders_nodes(server: &Server) -> Result<()> {
    let (mut first, mut second) = server.two_nodes("Alice").await?;
    let mut bob = server.member("Bob").await?;
    let header = ask::post_notify(&[ask::to_member(&bob.me.uid)], &[], 1);
    first.accepted(&ask::with(header, &json!({"fornotself": true})), b"nm").await?;
    ensure!(second.take("notify").await?.data == b"n");
    let mut ops = [bob.queued().await?.op().to_owned(), bob.queued().await?.op().to_owned()];
    ops.sort();
    ensure!(ops == ["delivery", "notify"], "{ops:?}");
    second.expect_nothing().await
}

async fn fornotself_holds_where_for_names_the_sender_itself(server: &Server) -> Result<()> {
    let (mut first, mut second) = server.two_nodes("Alice").await?;
    let mut bob = server.member("Bob").await?;
    let to = [ask::to_member(&first.me.uid), ask::to_member(&bob.me.uid)];
    let header = ask::with(ask::post_notify(&to, &[], 1), &json!({"fornotself": true}));
    first.accepted(&header, b"nm").await?;
    // She is addressed, so that the posting node is notified too.
    for node in [&mut first, &mut second] {
        ensure!(node.take("notify").await?.data == b"n");
    }
    first.expect_nothing().await?;
    ensure!(second.queued().await?.data.starts_with(b"nothing before this"), "the message came all the same");
    let mut ops = [bob.queued().await?.op().to_owned(), bob.queued().await?.op().to_owned()];
    ops.sort();
    ensure!(ops == ["delivery", "notify"], "{ops:?}");
    Ok(())
}

/// The field `notify` of the message as Bob gets it.
async fn count(server: &Server, more_for: usize, notefor: usize, fornotself: bool) -> Result<Option<u64>> {
    let mut bob = server.member("Bob").await?;
    let mut alice = server.member("Alice").await?;
    let bobs = ask::to_member(&bob.me.uid);
    let to: Vec<Value> = vec![bobs.clone(); more_for + 1];
    let header = ask::post_notify(&to, &vec![bobs; notefor], 1);
    alice.accepted(&ask::with(header, &json!({"fornotself": fornotself})), b"nm").await?;
    loop {
        let message = bob.queued().await?;
        if message.op() == "delivery" {
            return Ok(message.number("notify"));
        }
    }
}

async fn notify_counts_the_entries_of_both_lists_and_the_sender(server: &Server) -> Result<()> {
    ensure!(count(server, 0, 0, false).await? == Some(2));
    ensure!(count(server, 0, 0, true).await? == Some(1));
    ensure!(count(server, 2, 3, false).await? == Some(7));
    ensure!(count(server, 2, 3, true).await? == Some(6));
    Ok(())
}

async fn heads_and_sums_belong_to_their_parts(server: &Server) -> Result<()> {
    let mut bob = server.member("Bob").await?;
    let mut alice = server.member("Alice").await?;
    let header = ask::post_notify(&[ask::to_member(&bob.me.uid)], &[], 4);
    let more = json!({"notehead": 2, "notesum": 22, "datahead": 3, "datasum": 33});
    alice.accepted(&ask::with(header, &more), b"notemessage").await?;
    for _ in 0..2 {
        let message = bob.queued().await?;
        let (head, sum) = if message.op() == "notify" { (2, 22) } else { (3, 33) };
        message.expect(&json!({"datahead": head, "datasum": sum}))?;
    }
    Ok(())
}

async fn an_unknown_recipient_in_either_list_fails_the_whole_request(server: &Server) -> Result<()> {
    let mut bob = server.member("Bob").await?;
    let mut alice = server.member("Alice").await?;
    let (known, unknown) = (ask::to_member(&bob.me.uid), ask::to_member("nobody"));
    let both = [known.clone(), unknown.clone()];
    alice.refused(&ask::post_notify(&both, &[], 1), b"nm").await?;
    alice.refused(&ask::post_notify(std::slice::from_ref(&known), &[unknown], 1), b"nm").await?;
    alice.refused(&ask::post_notify(&[known], &[ask::to_group("no such group")], 1), b"nm").await?;
    bob.expect_nothing().await
}

async fn a_group_may_be_notified(server: &Server) -> Result<()> {
    let (gid, mut members) = group(server, &["Alice", "Bob", "Carol"]).await?;
    let bob = ask::to_member(&members[1].me.uid);
    members[0].accepted(&ask::post_notify(&[bob], &[ask::to_others_of(&gid)], 1), b"nm").await?;
    ensure!(members[2].take("notify").await?.data == b"n");
    let mut ops = [members[1].queued().await?.op().to_owned(), members[1].queued().await?.op().to_owned()];
    ops.sort();
    ensure!(ops == ["delivery", "notify"], "{ops:?}");
    members[2].expect_nothing().await?;
    members[0].expect_nothing().await
}

async fn for_may_be_empty_where_the_sender_gets_the_message(server: &Server) -> Result<()> {
    let (mut first, mut second) = server.two_nodes("Alice").await?;
    let mut bob = server.member("Bob").await?;
    let also = ask::to_member(&bob.me.uid);
    first.accepted(&ask::post_notify(&[], &[also], 1), b"nm").await?;
    ensure!(bob.take("notify").await?.data == b"n");
    let mut ops = [second.queued().await?.op().to_owned(), second.queued().await?.op().to_owned()];
    ops.sort();
    ensure!(ops == ["delivery", "notify"], "{ops:?}");
    bob.expect_nothing().await?;
    first.expect_nothing().await
}
