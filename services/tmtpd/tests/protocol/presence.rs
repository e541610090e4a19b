//! Section 4: OhiEdit and presence.

use anyhow::{Result, ensure};
use serde_json::{Value, json};
use tmtp_testkit::{
    ask,
    client::{Account, Client},
    sentences,
    server::Server,
    suite::Sentence,
    talk::unique,
};

use crate::delivery::much_later;

pub fn sentences() -> Vec<Sentence<Server>> {
    sentences![Server;
        init_tells_connected_nodes_of_each_uid_and_queues_nothing,
        add_and_drop_tell_them_and_are_queued_to_all_own_nodes,
        each_uid_is_told_only_when_newly_in_the_set,
        when_the_link_ends_every_uid_still_in_the_set_is_told,
        when_the_link_quits_they_are_told,
        a_member_is_gone_only_when_its_last_link_with_presence_ends,
        a_link_that_sent_no_ohiedit_does_not_keep_presence,
        a_link_that_ends_for_a_newer_one_ends_presence,
        login_lists_members_online_who_notify_this_one,
        presence_is_never_stored,
        presence_is_not_acked_and_not_sent_again,
        an_unknown_uid_fails_the_whole_request,
        all_nodes_of_a_member_hear_of_presence,
        one_may_notify_oneself,
    ]
}

/// Checks that no presence came, and nothing was queued, that was not taken.
async fn hears_nothing_more(server: &Server, client: &mut Client) -> Result<()> {
    client.hears_nothing_before(&mut server.member("Mark").await?).await
}

async fn init_tells_connected_nodes_of_each_uid_and_queues_nothing(server: &Server) -> Result<()> {
    let (mut one, mut two) = (server.member("One").await?, server.member("Two").await?);
    let mut me = server.member("Present").await?;
    let ack = me.request(&ask::ohiedit("init", &[&one.me.uid, &two.me.uid]), b"").await?;
    ack.expect(&json!({"error": null, "msgid": null, "posted": null}))?;
    ensure!(one.ohi().await? == (me.me.uid.clone(), 1) && two.ohi().await? == (me.me.uid.clone(), 1));
    hears_nothing_more(server, &mut me).await?;
    hears_nothing_more(server, &mut one).await
}

async fn add_and_drop_tell_them_and_are_queued_to_all_own_nodes(server: &Server) -> Result<()> {
    let (mut one, mut two) = (server.member("One").await?, server.member("Two").await?);
    let (mut first, mut second) = server.two_nodes("Present").await?;
    let uid = first.me.uid.clone();
    for (kind, status) in [("add", 1), ("drop", 2)] {
        first.accepted(&ask::ohiedit(kind, &[&one.me.uid, &two.me.uid]), b"").await?;
        ensure!(one.ohi().await? == (uid.clone(), status) && two.ohi().await? == (uid.clone(), status));
        for node in [&mut first, &mut second] {
            let told: Value = json!([{"id": one.me.uid}, {"id": two.me.uid}]);
            node.take("ohiedit")
                .await?
                .expect(&json!({"for": told, "type": kind, "from": uid, "datalen": 0}))?;
        }
    }
    Ok(())
}

async fn each_uid_is_told_only_when_newly_in_the_set(server: &Server) -> Result<()> {
    let (mut one, mut two) = (server.member("One").await?, server.member("Two").await?);
    let mut me = server.member("Present").await?;
    me.accepted(&ask::ohiedit("init", &[&one.me.uid]), b"").await?;
    ensure!(one.ohi().await?.1 == 1);
    me.accepted(&ask::ohiedit("add", &[&one.me.uid, &two.me.uid]), b"").await?;
    ensure!(two.ohi().await?.1 == 1);
    me.take("ohiedit").await?;
    me.accepted(&ask::ohiedit("drop", &[&one.me.uid]), b"").await?;
    // The next that the first hears is that it was taken out: the second `add` was no news to it.
    ensure!(one.ohi().await?.1 == 2);
    me.take("ohiedit").await?;
    me.accepted(&ask::ohiedit("drop", &[&one.me.uid, &two.me.uid]), b"").await?;
    ensure!(two.ohi().await?.1 == 2);
    hears_nothing_more(server, &mut one).await
}

async fn when_the_link_ends_every_uid_still_in_the_set_is_told(server: &Server) -> Result<()> {
    let (mut one, mut two) = (server.member("One").await?, server.member("Two").await?);
    let mut me = server.member("Present").await?;
    let uid = me.me.uid.clone();
    me.accepted(&ask::ohiedit("init", &[&one.me.uid, &two.me.uid]), b"").await?;
    me.accepted(&ask::ohiedit("drop", &[&two.me.uid]), b"").await?;
    ensure!(two.ohi().await?.1 == 1 && two.ohi().await?.1 == 2);
    drop(me);
    ensure!(one.ohi().await? == (uid.clone(), 1) && one.ohi().await? == (uid, 2));
    hears_nothing_more(server, &mut two).await
}

async fn when_the_link_quits_they_are_told(server: &Server) -> Result<()> {
    let mut one = server.member("One").await?;
    let mut me = server.member("Present").await?;
    me.accepted(&ask::ohiedit("init", &[&one.me.uid]), b"").await?;
    me.quit().await?;
    ensure!(one.ohi().await?.1 == 1 && one.ohi().await?.1 == 2);
    Ok(())
}

async fn a_member_is_gone_only_when_its_last_link_with_presence_ends(server: &Server) -> Result<()> {
    let mut one = server.member("One").await?;
    let mut mark = server.member("Mark").await?;
    let (mut first, mut second) = server.two_nodes("Present").await?;
    first.accepted(&ask::ohiedit("init", &[&one.me.uid]), b"").await?;
    second.accepted(&ask::ohiedit("init", &[&one.me.uid]), b"").await?;
    let uid = first.me.uid.clone();
    ensure!(one.ohi().await? == (uid.clone(), 1));
    first.quit().await?;
    mark.accepted(&ask::ohiedit("init", &[&one.me.uid]), b"").await?;
    ensure!(one.ohi().await? == (mark.me.uid.clone(), 1), "the other node is still there");
    second.quit().await?;
    ensure!(one.ohi().await? == (uid, 2));
    Ok(())
}

async fn a_link_that_sent_no_ohiedit_does_not_keep_presence(server: &Server) -> Result<()> {
    let mut one = server.member("One").await?;
    let (mut first, mut second) = server.two_nodes("Present").await?;
    first.accepted(&ask::ohiedit("init", &[&one.me.uid]), b"").await?;
    drop(first);
    ensure!(one.ohi().await?.1 == 1 && one.ohi().await?.1 == 2);
    hears_nothing_more(server, &mut second).await
}

async fn a_link_that_ends_for_a_newer_one_ends_presence(server: &Server) -> Result<()> {
    for to in server.addresses() {
        let mut one = server.member("One").await?;
        let mut old = Client::register(&server.addresses()[0], &unique("Present")).await?;
        let (uid, init) = (old.me.uid.clone(), ask::ohiedit("init", &[&one.me.uid]));
        old.accepted(&init, b"").await?;
        let (mut new, _) = Client::login(&to, &old.me).await?;
        ensure!(one.ohi().await? == (uid.clone(), 1) && one.ohi().await? == (uid.clone(), 2));
        // The new link begins anew, and that the old one is gone for good takes nothing from it.
        new.accepted(&init, b"").await?;
        old.expect_quit("node connected elsewhere").await?;
        ensure!(one.ohi().await? == (uid, 1));
        hears_nothing_more(server, &mut one).await?;
    }
    Ok(())
}

/// A message that came after it and was not acked comes again in its time; by then presence would have come too.
async fn presence_is_not_acked_and_not_sent_again(server: &Server) -> Result<()> {
    let mut one = server.member("One").await?;
    let mut me = server.member("Present").await?;
    me.accepted(&ask::ohiedit("init", &[&one.me.uid]), b"").await?;
    ensure!(one.ohi().await? == (me.me.uid.clone(), 1));
    let msgid = me.accepted(&ask::post(&[&one.me.uid]), b"not acked").await?;
    one.may_repeat = true;
    for _ in 0..2 {
        ensure!(much_later(&mut [&mut one, &mut me]).await?.id() == msgid);
    }
    one.ack(&msgid).await?;
    hears_nothing_more(server, &mut one).await
}

async fn info_of(server: &Server, account: &Account) -> Result<(Client, Value)> {
    let (mut client, info) = Client::login(&server.address(), account).await?;
    client.take("login").await?;
    Ok((client, info.header.get("ohi").cloned().unwrap_or(Value::Null)))
}

async fn login_lists_members_online_who_notify_this_one(server: &Server) -> Result<()> {
    let one = server.member("One").await?.quit().await?;
    let (client, ohi) = info_of(server, &one).await?;
    ensure!(ohi.is_null(), "nobody: {ohi}");
    client.quit().await?;
    let (mut me, mut friend) = (server.member("Present").await?, server.member("Friend").await?);
    me.accepted(&ask::ohiedit("init", &[&one.uid]), b"").await?;
    friend.accepted(&ask::ohiedit("init", &[&one.uid]), b"").await?;
    let (client, ohi) = info_of(server, &one).await?;
    let mut listed: Vec<&str> = ohi.as_array().into_iter().flatten().filter_map(Value::as_str).collect();
    let mut expected = vec![me.me.uid.as_str(), friend.me.uid.as_str()];
    listed.sort_unstable();
    expected.sort_unstable();
    ensure!(listed == expected, "{ohi}");
    let mut client = client;
    friend.quit().await?;
    ensure!(client.ohi().await?.1 == 2);
    client.quit().await?;
    let (_, ohi) = info_of(server, &one).await?;
    ensure!(ohi == json!([me.me.uid]), "{ohi}");
    Ok(())
}

async fn presence_is_never_stored(server: &Server) -> Result<()> {
    let one = server.member("One").await?.quit().await?;
    let mut me = server.member("Present").await?;
    me.accepted(&ask::ohiedit("init", &[&one.uid]), b"").await?;
    me.quit().await?;
    let mut mark = server.member("Mark").await?;
    let (mut client, ohi) = info_of(server, &one).await?;
    ensure!(ohi.is_null(), "{ohi}");
    mark.accepted(&ask::ohiedit("init", &[&one.uid]), b"").await?;
    ensure!(client.ohi().await? == (mark.me.uid.clone(), 1));
    hears_nothing_more(server, &mut client).await
}

async fn an_unknown_uid_fails_the_whole_request(server: &Server) -> Result<()> {
    let mut one = server.member("One").await?;
    let mut me = server.member("Present").await?;
    for kind in ["init", "add", "drop"] {
        for unknown in ["nobody", &"%".repeat(32), &"long ".repeat(5000)] {
            me.refused(&ask::ohiedit(kind, &[&one.me.uid, unknown]), b"").await?;
        }
    }
    hears_nothing_more(server, &mut me).await?;
    me.accepted(&ask::ohiedit("init", &[&one.me.uid]), b"").await?;
    ensure!(one.ohi().await?.1 == 1);
    hears_nothing_more(server, &mut one).await
}

async fn all_nodes_of_a_member_hear_of_presence(server: &Server) -> Result<()> {
    let (mut first, mut second) = server.two_nodes("Listener").await?;
    let mut me = server.member("Present").await?;
    me.accepted(&ask::ohiedit("init", &[&first.me.uid, &first.me.uid]), b"").await?;
    for node in [&mut first, &mut second] {
        ensure!(node.ohi().await? == (me.me.uid.clone(), 1));
    }
    hears_nothing_more(server, &mut first).await
}

async fn one_may_notify_oneself(server: &Server) -> Result<()> {
    let mut me = server.member("Mirror").await?;
    let own = me.me.uid.clone();
    me.accepted(&ask::ohiedit("init", &[&own]), b"").await?;
    ensure!(me.ohi().await? == (own, 1));
    Ok(())
}
