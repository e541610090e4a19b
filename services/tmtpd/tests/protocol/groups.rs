//! Section 4: GroupInvite and GroupEdit.

use anyhow::{Result, ensure};
use serde_json::{Value, json};
use tmtp_testkit::{
    ask, client::Client, received::is_msgid, sentences, server::Server, suite::Sentence, talk::unique,
};

pub fn sentences() -> Vec<Sentence<Server>> {
    sentences![Server;
        an_invitation_creates_the_group_with_its_creator_joined,
        an_invitation_reaches_the_invitee_and_the_senders_other_nodes,
        joined_members_learn_of_an_invitation,
        only_a_joined_member_may_invite,
        the_sender_of_an_invitation_is_one_of_its_aliases,
        an_invitation_to_an_unknown_alias_makes_no_group,
        a_group_cannot_have_the_name_of_an_alias_nor_the_reverse,
        a_groups_name_has_8_octets_or_more,
        joining_is_told_to_joined_members,
        an_invited_member_may_join_under_another_alias,
        nobody_joins_uninvited,
        nobody_is_in_a_group_under_anothers_alias,
        a_joined_member_may_change_its_alias_in_the_group,
        who_is_invited_only_changes_no_alias_in_the_group,
        edits_of_a_group_are_acked_without_a_msgid,
        who_leaves_is_invited_still_and_may_return,
        who_is_dropped_is_told_and_barred_until_invited_again,
        a_joined_member_may_drop_one_who_is_invited,
        only_a_joined_member_may_drop_another,
        edits_of_an_unknown_group_are_refused,
    ]
}

/// A group whose members, all but the first invited by the first, have joined. Nothing waits for them.
pub async fn group(server: &Server, names: &[&str]) -> Result<(String, Vec<Client>)> {
    let gid = unique("Group");
    let mut members = Vec::new();
    for name in names {
        members.push(server.member(name).await?);
    }
    for n in 1..members.len() {
        let (from, to) = (members[0].me.alias.clone(), members[n].me.alias.clone());
        members[0].accepted(&ask::invite(&gid, &from, &to), b"").await?;
        members[n].take("invite").await?;
        for joined in &mut members[..n] {
            joined.take("member").await?.expect(&json!({"act": "invite"}))?;
        }
        members[n].accepted(&ask::join(&gid), b"").await?;
        for joined in &mut members[..=n] {
            joined.take("member").await?.expect(&json!({"act": "join"}))?;
        }
    }
    Ok((gid, members))
}

/// All of them are told so; there is no `newalias` unless it is given here.
async fn expect_member(members: &mut [Client], fields: &Value) -> Result<()> {
    for member in members {
        let message = member.take("member").await?;
        message.expect(&ask::with(json!({"newalias": null, "datalen": 0}), fields))?;
    }
    Ok(())
}

async fn an_invitation_creates_the_group_with_its_creator_joined(server: &Server) -> Result<()> {
    let (mut alice, mut bob) = (server.member("Alice").await?, server.member("Bob").await?);
    let gid = unique("New Group");
    let ack = alice.request(&ask::invite(&gid, &alice.me.alias.clone(), &bob.me.alias), b"come in").await?;
    ensure!(is_msgid(ack.must("msgid")?), "{ack}");
    alice.take("member").await?.expect(&json!({"act": "invite", "gid": gid, "alias": bob.me.alias}))?;
    bob.take("invite").await?;
    // A joined member receives what is posted to the group.
    let msgid = alice.accepted(&ask::post_to(&[ask::to_group(&gid)]), b"anybody?").await?;
    ensure!(alice.take("delivery").await?.id() == msgid);
    bob.expect_nothing().await
}

async fn an_invitation_reaches_the_invitee_and_the_senders_other_nodes(server: &Server) -> Result<()> {
    let (mut first, mut second) = server.two_nodes("Alice").await?;
    let (mut one, mut two) = server.two_nodes("Bob").await?;
    let gid = unique("New Group");
    let header = ask::invite(&gid, &first.me.alias, &one.me.alias);
    let msgid = first.accepted(&header, b"come in").await?;
    let fields = json!({"id": msgid, "gid": gid, "alias": first.me.alias, "to": one.me.alias, "datalen": 7});
    for node in [&mut one, &mut two] {
        let invite = node.take("invite").await?;
        invite.expect(&fields)?;
        ensure!(invite.data == b"come in");
    }
    // The sender's nodes are a joined member's: the other one gets a copy, and both get `member`.
    let mut ops = vec![second.queued().await?.op().to_owned(), second.queued().await?.op().to_owned()];
    ops.sort();
    ensure!(ops == ["invite", "member"], "{ops:?}");
    first.take("member").await?;
    Ok(())
}

async fn joined_members_learn_of_an_invitation(server: &Server) -> Result<()> {
    let (gid, mut members) = group(server, &["Alice", "Bob"]).await?;
    let mut carol = server.member("Carol").await?;
    let from = members[1].me.alias.clone();
    members[1].accepted(&ask::invite(&gid, &from, &carol.me.alias), b"").await?;
    let fields = json!({"act": "invite", "gid": gid, "alias": carol.me.alias, "from": members[1].me.uid});
    expect_member(&mut members, &fields).await?;
    carol.take("invite").await?.expect(&json!({"alias": from}))?;
    carol.expect_nothing().await
}

async fn only_a_joined_member_may_invite(server: &Server) -> Result<()> {
    let (mut alice, mut bob) = (server.member("Alice").await?, server.member("Bob").await?);
    let mut carol = server.member("Carol").await?;
    let gid = unique("New Group");
    alice.accepted(&ask::invite(&gid, &alice.me.alias.clone(), &bob.me.alias), b"").await?;
    alice.take("member").await?;
    bob.take("invite").await?;
    bob.refused(&ask::invite(&gid, &bob.me.alias.clone(), &carol.me.alias), b"").await?;
    carol.refused(&ask::invite(&gid, &carol.me.alias.clone(), &bob.me.alias), b"").await?;
    for client in [&mut alice, &mut bob, &mut carol] {
        client.expect_nothing().await?;
    }
    Ok(())
}

async fn the_sender_of_an_invitation_is_one_of_its_aliases(server: &Server) -> Result<()> {
    let (mut alice, mut bob) = (server.member("Alice").await?, server.member("Bob").await?);
    let error = alice.refused(&ask::invite(&unique("Group"), &bob.me.alias, &bob.me.alias), b"").await?;
    ensure!(error == "from must identify sender", "{error}");
    bob.expect_nothing().await
}

async fn an_invitation_to_an_unknown_alias_makes_no_group(server: &Server) -> Result<()> {
    let mut alice = server.member("Alice").await?;
    let (gid, own) = (unique("Group"), alice.me.alias.clone());
    alice.refused(&ask::invite(&gid, &own, &unique("Nobody")), b"").await?;
    alice.expect_nothing().await?;
    // The name is still free.
    alice.accepted(&ask::newalias(&gid), b"").await?;
    Ok(())
}

async fn a_group_cannot_have_the_name_of_an_alias_nor_the_reverse(server: &Server) -> Result<()> {
    let (gid, mut members) = group(server, &["Alice", "Bob"]).await?;
    let error = members[0].refused(&ask::newalias(&gid), b"").await?;
    ensure!(error.contains(&gid), "{error}");
    let (alice, bob) = (members[0].me.alias.clone(), members[1].me.alias.clone());
    members[0].refused(&ask::invite(&bob, &alice, &bob), b"").await?;
    members[0].expect_nothing().await
}

async fn a_groups_name_has_8_octets_or_more(server: &Server) -> Result<()> {
    let (mut alice, bob) = (server.member("Alice").await?, server.member("Bob").await?);
    let own = alice.me.alias.clone();
    let error = alice.refused(&ask::invite("1234567", &own, &bob.me.alias), b"").await?;
    ensure!(error == "gid must be 8+ characters", "{error}");
    for gid in ["tab\tin a group", &"long name ".repeat(2000)] {
        alice.refused(&ask::invite(gid, &own, &bob.me.alias), b"").await?;
    }
    alice.expect_nothing().await
}

async fn joining_is_told_to_joined_members(server: &Server) -> Result<()> {
    let (gid, mut members) = group(server, &["Alice", "Bob"]).await?;
    let mut carol = server.member("Carol").await?;
    let from = members[0].me.alias.clone();
    members[0].accepted(&ask::invite(&gid, &from, &carol.me.alias), b"").await?;
    expect_member(&mut members, &json!({"act": "invite"})).await?;
    carol.take("invite").await?;
    let ack = carol.request(&ask::join(&gid), b"").await?;
    ack.expect(&json!({"error": null, "msgid": null, "posted": null}))?;
    let fields = json!({"act": "join", "gid": gid, "alias": carol.me.alias, "from": carol.me.uid});
    members.push(carol);
    expect_member(&mut members, &fields).await
}

/// Alice, and Bob, whom she invited to this group; with another alias of Bob's.
async fn invited_by_one_of_two_aliases(server: &Server) -> Result<([Client; 2], String, String)> {
    let (mut alice, mut bob) = (server.member("Alice").await?, server.member("Bob").await?);
    let (gid, other) = (unique("Group"), unique("Robert"));
    bob.accepted(&ask::newalias(&other), b"").await?;
    bob.take("user").await?;
    alice.accepted(&ask::invite(&gid, &alice.me.alias.clone(), &bob.me.alias), b"").await?;
    alice.take("member").await?;
    bob.take("invite").await?;
    Ok(([alice, bob], gid, other))
}

async fn an_invited_member_may_join_under_another_alias(server: &Server) -> Result<()> {
    let ([alice, mut bob], gid, other) = Box::pin(invited_by_one_of_two_aliases(server)).await?;
    bob.accepted(&ask::join_as(&gid, &other), b"").await?;
    expect_member(&mut [alice, bob], &json!({"act": "join", "gid": gid, "alias": other})).await
}

async fn nobody_joins_uninvited(server: &Server) -> Result<()> {
    let (gid, mut members) = group(server, &["Alice", "Bob"]).await?;
    let mut carol = server.member("Carol").await?;
    carol.refused(&ask::join(&gid), b"").await?;
    for client in &mut members {
        client.expect_nothing().await?;
    }
    carol.expect_nothing().await
}

async fn a_joined_member_may_change_its_alias_in_the_group(server: &Server) -> Result<()> {
    let (gid, mut members) = group(server, &["Alice", "Bob", "Carol"]).await?;
    let (former, other) = (members[1].me.alias.clone(), unique("Robert"));
    members[1].accepted(&ask::newalias(&other), b"").await?;
    members[1].take("user").await?;
    members[1].accepted(&ask::realias(&gid, &other), b"").await?;
    let fields = json!({"act": "alias", "gid": gid, "alias": former, "newalias": other});
    expect_member(&mut members, &fields).await?;
    // From now on the group knows Bob by that alias alone.
    members[0].refused(&ask::drop_from(&gid, &former), b"").await?;
    members[0].accepted(&ask::drop_from(&gid, &other), b"").await?;
    expect_member(&mut members, &json!({"act": "drop", "alias": other})).await
}

async fn nobody_is_in_a_group_under_anothers_alias(server: &Server) -> Result<()> {
    let (gid, mut members) = group(server, &["Alice", "Bob"]).await?;
    let mut carol = server.member("Carol").await?;
    let (alice, bob) = (members[0].me.alias.clone(), members[1].me.alias.clone());
    members[0].accepted(&ask::invite(&gid, &alice, &carol.me.alias), b"").await?;
    expect_member(&mut members, &json!({"act": "invite"})).await?;
    carol.take("invite").await?;
    for not_hers in [&alice, &gid, &unique("Nobody")] {
        carol.refused(&ask::join_as(&gid, not_hers), b"").await?;
        members[1].refused(&ask::realias(&gid, not_hers), b"").await?;
    }
    // Both are as they were.
    carol.accepted(&ask::join(&gid), b"").await?;
    members.push(carol);
    let joined = json!({"act": "join", "alias": members[2].me.alias});
    expect_member(&mut members, &joined).await?;
    members[1].accepted(&ask::drop_from(&gid, &bob), b"").await?;
    expect_member(&mut members, &json!({"act": "drop", "alias": bob})).await
}

async fn who_is_invited_only_changes_no_alias_in_the_group(server: &Server) -> Result<()> {
    let ([alice, mut bob], gid, other) = Box::pin(invited_by_one_of_two_aliases(server)).await?;
    bob.refused(&ask::realias(&gid, &other), b"").await?;
    // Nobody was told anything, and the invitation is what it was.
    bob.accepted(&ask::join(&gid), b"").await?;
    let joined = json!({"act": "join", "gid": gid, "alias": bob.me.alias});
    expect_member(&mut [alice, bob], &joined).await
}

async fn edits_of_a_group_are_acked_without_a_msgid(server: &Server) -> Result<()> {
    let (gid, mut members) = group(server, &["Alice", "Bob", "Carol"]).await?;
    let (bob, carol, other) = (members[1].me.alias.clone(), members[2].me.alias.clone(), unique("Robert"));
    members[1].accepted(&ask::newalias(&other), b"").await?;
    members[1].take("user").await?;
    for edit in [
        ask::realias(&gid, &other),
        ask::realias(&gid, &bob),
        ask::drop_from(&gid, &carol),
        ask::drop_from(&gid, &bob),
    ] {
        let ack = members[1].request(&edit, b"").await?;
        ack.expect(&json!({"error": null, "msgid": null, "posted": null}))?;
    }
    Ok(())
}

async fn who_leaves_is_invited_still_and_may_return(server: &Server) -> Result<()> {
    let (gid, mut members) = group(server, &["Alice", "Bob"]).await?;
    let bob = members[1].me.alias.clone();
    members[1].accepted(&ask::drop_from(&gid, &bob), b"").await?;
    expect_member(&mut members, &json!({"act": "drop", "gid": gid, "alias": bob})).await?;
    members[0].accepted(&ask::post_to(&[ask::to_others_of(&gid)]), b"alone").await?;
    members[1].expect_nothing().await?;
    // An invited member may post.
    members[1].accepted(&ask::post_to(&[ask::to_others_of(&gid)]), b"from outside").await?;
    ensure!(members[0].take("delivery").await?.data == b"from outside");
    members[1].accepted(&ask::join(&gid), b"").await?;
    expect_member(&mut members, &json!({"act": "join", "gid": gid, "alias": bob})).await
}

async fn who_is_dropped_is_told_and_barred_until_invited_again(server: &Server) -> Result<()> {
    let (gid, mut members) = group(server, &["Alice", "Bob", "Carol"]).await?;
    let (alice, bob) = (members[0].me.alias.clone(), members[1].me.alias.clone());
    members[0].accepted(&ask::drop_from(&gid, &bob), b"").await?;
    let fields = json!({"act": "drop", "alias": bob, "from": members[0].me.uid});
    expect_member(&mut members, &fields).await?;
    members[1].refused(&ask::join(&gid), b"").await?;
    members[1].refused(&ask::post_to(&[ask::to_group(&gid)]), b"let me in").await?;
    members[1].refused(&ask::drop_from(&gid, &alice), b"").await?;
    members[1].expect_nothing().await?;
    members[0].accepted(&ask::invite(&gid, &alice, &bob), b"").await?;
    members[1].take("invite").await?;
    members[0].take("member").await?.expect(&json!({"act": "invite", "alias": bob}))?;
    members[2].take("member").await?.expect(&json!({"act": "invite", "alias": bob}))?;
    members[1].accepted(&ask::join(&gid), b"").await?;
    expect_member(&mut members, &json!({"act": "join", "alias": bob})).await
}

async fn a_joined_member_may_drop_one_who_is_invited(server: &Server) -> Result<()> {
    let (gid, mut members) = group(server, &["Alice", "Bob"]).await?;
    let mut carol = server.member("Carol").await?;
    let alice = members[0].me.alias.clone();
    members[0].accepted(&ask::invite(&gid, &alice, &carol.me.alias), b"").await?;
    expect_member(&mut members, &json!({"act": "invite"})).await?;
    carol.take("invite").await?;
    members[1].accepted(&ask::drop_from(&gid, &carol.me.alias), b"").await?;
    carol.refused(&ask::join(&gid), b"").await?;
    carol.refused(&ask::post_to(&[ask::to_group(&gid)]), b"let me in").await?;
    let told = json!({"act": "drop", "gid": gid, "alias": carol.me.alias, "from": members[1].me.uid});
    members.push(carol);
    expect_member(&mut members, &told).await
}

async fn only_a_joined_member_may_drop_another(server: &Server) -> Result<()> {
    let (gid, mut members) = group(server, &["Alice", "Bob"]).await?;
    let mut carol = server.member("Carol").await?;
    let (alice, bob) = (members[0].me.alias.clone(), members[1].me.alias.clone());
    members[0].accepted(&ask::invite(&gid, &alice, &carol.me.alias), b"").await?;
    expect_member(&mut members, &json!({"act": "invite"})).await?;
    carol.take("invite").await?;
    let mut dave = server.member("Dave").await?;
    carol.refused(&ask::drop_from(&gid, &bob), b"").await?;
    dave.refused(&ask::drop_from(&gid, &bob), b"").await?;
    members[0].refused(&ask::drop_from(&gid, &dave.me.alias), b"").await?;
    members[1].expect_nothing().await
}

async fn edits_of_an_unknown_group_are_refused(server: &Server) -> Result<()> {
    let mut alice = server.member("Alice").await?;
    let own = alice.me.alias.clone();
    for gid in [unique("Nowhere"), own.clone(), "x".repeat(10_000), "short".into()] {
        alice.refused(&ask::join(&gid), b"").await?;
        alice.refused(&ask::realias(&gid, &own), b"").await?;
        alice.refused(&ask::drop_from(&gid, &own), b"").await?;
        alice.refused(&ask::post_to(&[ask::to_group(&gid)]), b"x").await?;
    }
    alice.expect_nothing().await
}
