//! What is kept about a member, and how all of it goes.

use anyhow::Result;
use tmtp_store::{
    GroupStatus, NewMessage,
    admin::{Deed, Erased, OrgId},
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

pub async fn an_erased_member_leaves_no_row_that_names_it_and_nobody_else_anything(w: &World) -> Result<()> {
    let [a1, a2, b1, _] = w.nodes;
    w.login(a1).await?;
    w.post(&[1], &[b1]).await?;
    let mut tx = w.tx().await?;
    tx.claim_requests(&[w.claim(a1, 1, 1), w.claim(b1, 1, 2)]).await?;
    tx.add_ohi(&w.member("alice"), &["bob".to_owned()]).await?;
    tx.add_ohi(&w.member("bob"), &["alice".to_owned()]).await?;
    tx.revoke_node(w.site, a2).await?;
    tx.commit().await?;
    let active = format!("INSERT INTO usage_active (site, day, uid) VALUES ({}, 7, 'alice')", w.site.0);
    w.peek.run(&active).await?;
    let scope = scope(w, w.site).await?;
    let mut change = admin(w).begin().await?;
    let erased = change.erase_member(&scope, "alice").await?;
    assert_eq!((erased.members, erased.nodes, erased.aliases, erased.groups), (1, 2, 1, 1));
    assert_eq!((erased.requests, erased.presence), (1, 2));
    assert!(erased.days >= 1 && !erased.is_nothing());
    assert_eq!(change.erase_member(&scope, "alice").await?, Erased::default());
    change.commit().await?;
    for (table, rows) in w.peek.named(w.site, "alice").await? {
        assert_eq!(rows, 0, "{table}");
    }
    let kept = admin(w).view().await?.usage(&scope, &(7..=7)).await?;
    assert_eq!(kept.iter().map(|day| day.active).collect::<Vec<_>>(), [1], "the sum of the day stays");
    let mut tx = w.tx().await?;
    assert_eq!(tx.group_members(&[(w.site, GROUP.to_owned())]).await?.len(), 1);
    assert_eq!(tx.nodes(&[w.member("bob")]).await?.nodes.len(), 2);
    assert_eq!(w.left().await?, (1, 1));
    Ok(())
}
