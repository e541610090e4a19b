//! Members, nodes, aliases and groups of a site.

use anyhow::{Context, Result};
use tmtp_store::{
    Body, GroupMember, GroupStatus, Identity, NodeId, Notice, Owner, SignIn,
    admin::{Alias, NodeState, WhichNodes},
};
use tmtp_wire::Posted;

use super::{admin, page, scope, search, second};
use crate::world::{ALICE, BOB, GROUP, World};

pub async fn members_are_paged_and_found_by_uid_and_alias(w: &World) -> Result<()> {
    let scope = scope(w, w.site).await?;
    let mut view = admin(w).view().await?;
    let all = view.members(&scope, &page(String::new()), None).await?;
    assert_eq!(all.iter().map(|member| member.uid.as_str()).collect::<Vec<_>>(), ["alice", "bob"]);
    assert_eq!((all[0].aliases.as_slice(), all[0].nodes), ([ALICE.to_owned()].as_slice(), 2));
    let mut one = page(String::new());
    one.limit = 1;
    assert_eq!(view.members(&scope, &one, None).await?, all[..1]);
    assert_eq!(view.members(&scope, &page("alice".to_owned()), None).await?, all[1..]);
    assert_eq!(view.members(&scope, &search(String::new(), "BELLA"), None).await?, all[1..], "by alias");
    assert_eq!(view.members(&scope, &search(String::new(), "ALI"), None).await?, all[..1], "by uid");
    assert_eq!(view.members(&scope, &search(String::new(), "%"), None).await?, []);
    assert_eq!(view.member(&scope, "bob").await?.as_ref(), Some(&all[1]));
    assert_eq!(view.member(&scope, "carol").await?, None);
    assert_eq!(view.member(&scope, "a\0b").await?, None);
    Ok(())
}

pub async fn members_are_filtered_by_being_suspended(w: &World) -> Result<()> {
    let scope = scope(w, w.site).await?;
    let mut change = admin(w).begin().await?;
    assert!(change.tx_at(w.site).await?.suspend_member(&w.member("bob"), true).await?);
    change.commit().await?;
    let mut view = admin(w).view().await?;
    for (suspended, uid) in [(true, "bob"), (false, "alice")] {
        let found = view.members(&scope, &page(String::new()), Some(suspended)).await?;
        assert_eq!(found.iter().map(|member| member.uid.as_str()).collect::<Vec<_>>(), [uid]);
    }
    Ok(())
}

pub async fn nodes_tell_what_waits_for_them_and_since_when(w: &World) -> Result<()> {
    second(w).await?;
    w.login(w.nodes[0]).await?;
    let mut messages: Vec<_> = [21, 22, 23].map(|id| w.message(id)).into();
    messages[0].posted = Posted(500);
    messages[1].posted = Posted(400);
    messages[1].urgent = true;
    messages[2].body = Body::Blob { key: "b".to_owned(), octets: 1_000 };
    w.post_all(&messages, &[w.nodes[0]]).await?;
    let scope = scope(w, w.site).await?;
    let mut view = admin(w).view().await?;
    let nodes = view.nodes(&scope, &page(NodeId(0)), WhichNodes::All).await?;
    assert_eq!(nodes.iter().map(|node| node.node).collect::<Vec<_>>(), w.nodes);
    let first: &NodeState = &nodes[0];
    assert_eq!((first.uid.as_str(), first.label.as_str()), ("alice", "phone"));
    assert_eq!((first.edge.as_deref(), first.epoch, first.seen_ms), (Some("edge-1"), 1, 5));
    assert_eq!((first.queued, first.queued_octets, first.oldest_ms), (3, 1_014, Some(400)));
    assert_eq!((nodes[1].queued, nodes[1].oldest_ms, nodes[1].edge.as_deref()), (0, None, None));
    assert_eq!(view.nodes_of(&scope, "bob", 10).await?, nodes[2..]);
    assert_eq!(view.node(&scope, w.nodes[1]).await?.as_ref(), Some(&nodes[1]));
    assert_eq!(view.nodes(&scope, &page(w.nodes[2]), WhichNodes::All).await?, nodes[3..]);
    for (which, found) in [
        (WhichNodes::Connected, &nodes[..1]),
        (WhichNodes::Away, &nodes[1..]),
        (WhichNodes::Awaited, &nodes[..1]),
    ] {
        assert_eq!(view.nodes(&scope, &page(NodeId(0)), which).await?, found, "{which:?}");
    }
    Ok(())
}

pub async fn a_revoked_node_is_not_listed(w: &World) -> Result<()> {
    let scope = scope(w, w.site).await?;
    let mut change = admin(w).begin().await?;
    change.tx_at(w.site).await?.revoke_node(w.site, w.nodes[0]).await?;
    change.commit().await?;
    let mut view = admin(w).view().await?;
    assert_eq!(view.node(&scope, w.nodes[0]).await?, None);
    assert_eq!(view.nodes_of(&scope, "alice", 10).await?.len(), 1);
    assert_eq!(view.member(&scope, "alice").await?.context("alice")?.nodes, 1);
    Ok(())
}

pub async fn aliases_and_groups_are_listed(w: &World) -> Result<()> {
    let scope = scope(w, w.site).await?;
    let mut view = admin(w).view().await?;
    let alias = |alias: &str, uid: &str| Alias {
        alias: alias.to_owned(),
        uid: Some(uid.to_owned()),
        reserved: false,
        invitation: None,
    };
    let all = view.aliases(&scope, &page(String::new())).await?;
    assert_eq!(all, [alias(ALICE, "alice"), alias(BOB, "bob")], "no groups among them");
    assert_eq!(view.aliases(&scope, &search(String::new(), "bell")).await?, all[1..]);
    let groups = view.groups(&scope, &page(String::new())).await?;
    assert_eq!((groups.len(), groups[0].gid.as_str()), (1, GROUP));
    assert_eq!((groups[0].joined, groups[0].on_record), (1, 2));
    let inside = view.in_group(&scope, GROUP, &page(String::new())).await?.context("the group")?;
    assert_eq!(
        inside.iter().map(|it| it.status).collect::<Vec<_>>(),
        [GroupStatus::Joined, GroupStatus::Invited]
    );
    assert_eq!(view.in_group(&scope, ALICE, &page(String::new())).await?, None, "an alias is no group");
    Ok(())
}

pub async fn a_removed_member_leaves_its_groups_and_its_aliases_to_nobody(w: &World) -> Result<()> {
    let scope = scope(w, w.site).await?;
    let mut tx = w.tx().await?;
    tx.put_group_member(&GroupMember {
        gid: "Asked in".to_owned(),
        ..w.in_group("alice", ALICE, GroupStatus::Invited)
    })
    .await?;
    tx.put_group_member(&GroupMember {
        gid: "Barred".to_owned(),
        ..w.in_group("alice", ALICE, GroupStatus::Barred)
    })
    .await?;
    tx.commit().await?;
    let mut change = admin(w).begin().await?;
    for node in &w.nodes[..2] {
        change.tx_at(w.site).await?.revoke_node(w.site, *node).await?;
    }
    change.remove_member(&scope, "alice").await?;
    change.commit().await?;
    let mut view = admin(w).view().await?;
    assert_eq!(view.member(&scope, "alice").await?, None);
    let all = view.aliases(&scope, &page(String::new())).await?;
    assert_eq!(all[0], Alias { alias: ALICE.to_owned(), uid: None, reserved: false, invitation: None });
    let inside = view.in_group(&scope, GROUP, &page(String::new())).await?.context("the group")?;
    assert_eq!(inside.iter().map(|it| it.uid.as_str()).collect::<Vec<_>>(), ["bob"]);
    let mut tx = w.tx().await?;
    assert!(!tx.take_name(&w.name(ALICE, Owner::Member("bob".to_owned()))).await?, "it is retired");
    let (uid, gid, alias) = ("alice".to_owned(), GROUP.to_owned(), ALICE.to_owned());
    assert_eq!(tx.take_notice(w.site).await?, Some(Notice::Drop { uid, gid, alias }));
    assert_eq!(tx.take_notice(w.site).await?, None, "only where it was among the others");
    drop(tx);
    let mut change = admin(w).begin().await?;
    assert!(change.remove_member(&scope, "alice").await.is_err(), "once only");
    Ok(())
}

pub async fn what_is_in_another_site_is_not_found(w: &World) -> Result<()> {
    let (org, site) = second(w).await?;
    let mut view = admin(w).view().await?;
    let scope = view.scope(org.id, site.site.id).await?.context("its own")?;
    assert_eq!(view.members(&scope, &page(String::new()), None).await?, []);
    assert_eq!(view.nodes(&scope, &page(NodeId(0)), WhichNodes::All).await?, []);
    assert_eq!(view.aliases(&scope, &page(String::new())).await?, []);
    assert_eq!(view.groups(&scope, &page(String::new())).await?, []);
    assert_eq!(view.in_group(&scope, GROUP, &page(String::new())).await?, None);
    assert_eq!(view.member(&scope, "alice").await?, None);
    assert_eq!(view.node(&scope, w.nodes[0]).await?, None);
    Ok(())
}

pub async fn who_a_member_is_at_its_provider_can_be_forgotten(w: &World) -> Result<()> {
    let (alice, bob, [a1, a2, b1, ..]) = (w.member("alice"), w.member("bob"), w.nodes);
    let identity = Identity { issuer: "https://idp.example".to_owned(), subject_hash: vec![1; 32] };
    let mut tx = w.tx().await?;
    for (member, node) in [(&alice, a1), (&alice, a2), (&bob, b1)] {
        tx.note_sign_in(member, node, &identity, 7_000).await?;
    }
    tx.commit().await?;
    let scope = scope(w, w.site).await?;
    let mut change = admin(w).begin().await?;
    assert!(change.forget_sign_in(&scope, "alice").await?);
    assert!(!change.forget_sign_in(&scope, "nobody").await?);
    change.commit().await?;
    let mut view = admin(w).view().await?;
    for (uid, is_anew) in [("alice", true), ("bob", false)] {
        assert_eq!(view.member(&scope, uid).await?.context("a member")?.signs_in_anew, is_anew);
    }
    let mut tx = w.tx().await?;
    for node in [a1, a2] {
        let SignIn { identity, at_ms } = tx.sign_in(&alice, node).await?;
        assert_eq!(
            (identity.map(|it| (it.is_forgotten(), it.issuer)), at_ms),
            (Some((true, "https://idp.example".to_owned())), None)
        );
    }
    assert_eq!(tx.sign_in(&bob, b1).await?, SignIn { identity: Some(identity), at_ms: Some(7_000) });
    Ok(tx.commit().await?)
}
