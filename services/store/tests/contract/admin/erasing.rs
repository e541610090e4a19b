//! What is kept about a member, and how all of it goes.

use std::collections::BTreeSet;

use anyhow::{Context, Result};
use tmtp_store::{
    GroupStatus, Identity, NewMessage, Notice,
    admin::{Deed, Erased, Kept, OrgId},
};

use super::{admin, deed, scope};
use crate::world::{ALICE, GROUP, World};

pub async fn what_is_kept_about_a_member_is_shown(w: &World) -> Result<()> {
    let [a1, _, b1, _] = w.nodes;
    w.post(&[5, 3], &[a1, b1]).await?;
    w.post_all(&[NewMessage { urgent: true, ..w.message(4) }], &[a1]).await?;
    let scope = scope(w, w.site).await?;
    let about = |uid: &str| Deed {
        site: Some(w.site),
        became: Some(format!("{{\"uid\":\"{uid}\"}}")),
        ..deed(OrgId::DEFAULT, "member.create")
    };
    let mut change = admin(w).begin().await?;
    change.record(&about("alice")).await?;
    change.record(&Deed { target: "alice".to_owned(), became: None, ..about("") }).await?;
    for other in [about("alice2"), about("bob"), Deed { site: Some(w.twin), ..about("alice") }] {
        change.record(&other).await?;
    }
    change.commit().await?;

    let mut view = admin(w).view().await?;
    let alice = w.in_group("alice", ALICE, GroupStatus::Joined);
    assert_eq!(view.groups_of(&scope, "alice", 10).await?, [alice]);
    assert_eq!(view.groups_of(&scope, "carol", 10).await?, []);
    let waiting = view.waiting_for(&scope, a1, 10).await?;
    assert_eq!(waiting.iter().map(|it| it.id.0).collect::<Vec<_>>(), [4, 3, 5]);
    assert!(waiting.iter().all(|it| it.node == a1 && it.octets == 6 && it.posted_ms == 10));
    assert_eq!(waiting[1].head, "head 3");
    assert_eq!(view.waiting_for(&scope, a1, 2).await?, waiting[..2]);
    let deeds = view.deeds_about(&scope, "alice", 10).await?;
    assert_eq!(deeds.len(), 2, "{deeds:?}");
    assert!(deeds[0].became.is_some() && deeds[1].became.is_none(), "the oldest first");
    assert_eq!(view.deeds_about(&scope, "alice", 1).await?, deeds[..1]);
    Ok(())
}

/// Something about Alice in every table that has a column for members.
async fn fill(w: &World) -> Result<()> {
    let [a1, a2, b1, _] = w.nodes;
    w.login(a1).await?;
    w.post(&[1], &[b1]).await?;
    let mut tx = w.tx().await?;
    tx.claim_requests(&[w.claim(a1, 1, 1), w.claim(b1, 1, 2)]).await?;
    tx.add_ohi(&w.member("alice"), &["bob".to_owned()]).await?;
    tx.add_ohi(&w.member("bob"), &["alice".to_owned()]).await?;
    let (issuer, subject_hash) = ("https://idp.example".to_owned(), b"hash of alice".to_vec());
    tx.note_sign_in(&w.member("alice"), a1, &Identity { issuer, subject_hash }, 9).await?;
    tx.revoke_node(w.site, a2).await?;
    tx.commit().await?;
    for row in [
        "usage_active (site, day, uid) VALUES ({site}, 7, 'alice')",
        "given_aliases (site, alias, uid) VALUES ({site}, 'Alice at work', 'alice')",
        "group_drops (site, gid, uid, alias) VALUES ({site}, 'Former group', 'alice', 'Alice Ames')",
    ] {
        w.peek.run(&format!("INSERT INTO {}", row.replace("{site}", &w.site.0.to_string()))).await?;
    }
    Ok(())
}

/// What a table has about Alice, as it is given out: an export is made of this and nothing else.
async fn given_out(w: &World) -> Result<BTreeSet<String>> {
    let scope = scope(w, w.site).await?;
    let mut view = admin(w).view().await?;
    let member = view.member(&scope, "alice").await?.context("Alice")?;
    let Kept { signs_in_as, revoked, notifies, notified_by, days, requests, given_aliases, group_drops } =
        view.kept_of(&scope, "alice", 10).await?;
    assert_eq!(signs_in_as.as_deref(), Some(b"hash of alice".as_slice()));
    let nodes = view.nodes_of(&scope, "alice", 10).await?;
    assert_eq!((nodes.len(), revoked.len()), (1, 1), "live ones, and revoked ones");
    assert_eq!(revoked[0].node, w.nodes[1]);
    assert_eq!((notifies, notified_by), (vec!["bob".to_owned()], vec!["bob".to_owned()]));
    assert!(days.contains(&7), "{days:?}");
    assert_eq!(requests.iter().map(|it| it.node).collect::<Vec<_>>(), [w.nodes[0]]);
    assert_eq!(given_aliases, ["Alice at work"]);
    assert_eq!(group_drops, [("Former group".to_owned(), ALICE.to_owned())]);
    assert_eq!(
        (member.aliases, view.groups_of(&scope, "alice", 10).await?.len()),
        (vec![ALICE.to_owned()], 1)
    );
    let tables = ["members", "nodes", "names", "group_members", "ohi", "usage_active", "requests"];
    Ok(tables.into_iter().chain(["given_aliases", "group_drops"]).map(str::to_owned).collect())
}

pub async fn what_is_erased_of_a_member_is_given_out_before(w: &World) -> Result<()> {
    fill(w).await?;
    let given = given_out(w).await?;
    let named = w.peek.named(w.site, "alice").await?;
    let unnamed: Vec<_> = named.into_keys().filter(|table| !given.contains(table)).collect();
    assert!(unnamed.is_empty(), "these name a member, and are not given out: {unnamed:?}");
    let before = w.peek.dump(w.site).await?;
    let scope = scope(w, w.site).await?;
    let mut change = admin(w).begin().await?;
    change.erase_member(&scope, "alice").await?;
    let group_drops = ["Former group", GROUP].map(|gid| (gid.to_owned(), ALICE.to_owned())).to_vec();
    let to_tell = Kept { group_drops, ..Kept::default() };
    assert_eq!(change.kept_of(&scope, "alice", 10).await?, to_tell, "but what others are told in a moment");
    change.commit().await?;
    let after = w.peek.dump(w.site).await?;
    let mut erased: BTreeSet<String> = before
        .into_iter()
        .filter(|(table, rows)| after.get(table) != Some(rows))
        .map(|(table, _)| table)
        .collect();
    // Sums, in which nobody is named.
    erased.remove("usage_days");
    assert_eq!(erased, given);
    Ok(())
}

pub async fn an_erased_member_leaves_no_row_that_names_it_and_nobody_else_anything(w: &World) -> Result<()> {
    fill(w).await?;
    let scope = scope(w, w.site).await?;
    for (table, rows) in w.peek.named(w.site, "alice").await? {
        assert!(rows > 0, "nothing in {table}: this test proves nothing about it");
    }
    let mut change = admin(w).begin().await?;
    let erased = change.erase_member(&scope, "alice").await?;
    assert_eq!((erased.members, erased.nodes, erased.aliases, erased.groups), (1, 2, 1, 1));
    assert_eq!((erased.requests, erased.presence), (1, 2));
    assert!(erased.days >= 1 && !erased.is_nothing());
    assert_eq!(change.erase_member(&scope, "alice").await?, Erased::default());
    change.commit().await?;
    let out =
        |gid: &str| Notice::Drop { uid: "alice".to_owned(), gid: gid.to_owned(), alias: ALICE.to_owned() };
    let mut tx = w.tx().await?;
    assert_eq!(tx.take_notice(w.site).await?, Some(out("Former group")));
    assert_eq!(tx.take_notice(w.site).await?, Some(out(GROUP)));
    assert_eq!(tx.take_notice(w.site).await?, None);
    tx.commit().await?;
    for (table, rows) in w.peek.named(w.site, "alice").await? {
        assert_eq!(rows, 0, "{table}: when its groups are told");
    }
    let kept = admin(w).view().await?.usage(&scope, &(7..=7)).await?;
    assert_eq!(kept.iter().map(|day| day.active).collect::<Vec<_>>(), [1], "the sum of the day stays");
    let mut tx = w.tx().await?;
    assert_eq!(tx.group_members(&[(w.site, GROUP.to_owned())]).await?.len(), 1);
    assert_eq!(tx.nodes(&[w.member("bob")]).await?.nodes.len(), 2);
    assert_eq!(w.left().await?, (1, 1));
    Ok(())
}
