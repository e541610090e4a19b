//! Groups by an administrator's doing.

use std::time::Duration;

use anyhow::{Context, Result, ensure};
use reqwest::Method;
use serde_json::{Value, json};
use tmtp_bus::{Event, NOTICES};
use tmtp_store::{GroupMember, GroupStatus, Notice, SiteId};

use crate::stage::{Stage, Tenant, encoded};

const CIRCLE: &str = "Circle of ours";

/// Bob is invited to the group that Alice is in.
async fn invited(stage: &Stage, ours: &Tenant) -> Result<String> {
    let (site, gid, uid) = (SiteId(ours.site), CIRCLE.to_owned(), format!("BOB%+{}", ours.name));
    let mut tx = stage.store.begin(&[]).await?;
    let (alias, status) = ("BOB of ours".to_owned(), GroupStatus::Invited);
    tx.put_group_member(&GroupMember { site, gid, uid: uid.clone(), alias, status }).await?;
    tx.commit().await?;
    Ok(uid)
}

/// What devices at this site are to be told of.
async fn noticed(stage: &Stage, tenant: &Tenant) -> Result<Vec<Notice>> {
    let mut tx = stage.store.begin(&[]).await?;
    let mut notices = Vec::new();
    while let Some(notice) = tx.take_notice(SiteId(tenant.site)).await? {
        notices.push(notice);
    }
    tx.commit().await?;
    Ok(notices)
}

async fn remove(stage: &Stage, key: &str, path: &str) -> Result<crate::stage::Answer> {
    stage.send(key, Method::DELETE, path, &Value::Null).await
}

fn out(uid: &str, alias: &str) -> Notice {
    Notice::Drop { uid: uid.to_owned(), gid: CIRCLE.to_owned(), alias: alias.to_owned() }
}

pub async fn a_member_taken_out_of_a_group_stays_on_record_and_devices_are_to_be_told(
    stage: &Stage,
) -> Result<()> {
    let (ours, theirs) = (stage.tenant("ours").await?, stage.tenant("theirs").await?);
    let bob = invited(stage, &ours).await?;
    let mut told = stage.bus.subscribe(NOTICES);
    let at = |uid: &str| ours.in_site(&format!("/groups/{}/members/{}", encoded(CIRCLE), encoded(uid)));
    remove(stage, ours.key("support"), &at(&bob)).await?.problem(403, "forbidden")?;
    remove(stage, ours.key("admin"), &at("nobody")).await?.problem(404, "absent")?;
    // Once is as good as twice.
    for uid in [&bob, &bob, &ours.uid()] {
        ensure!(remove(stage, ours.key("admin"), &at(uid)).await?.status == 204);
    }
    // The first event is a gap, always.
    while tokio::time::timeout(Duration::from_secs(10), told.next()).await? != Some(Event::Gap) {}
    let hint = tokio::time::timeout(Duration::from_secs(10), told.next()).await?.context("the bus")?;
    ensure!(matches!(hint, Event::Hint(_)), "{hint:?}");
    let path = ours.in_site(&format!("/groups/{}/members", encoded(CIRCLE)));
    let list = stage.get(ours.key("auditor"), &path).await?.good()?;
    let standing: Vec<_> =
        list["items"].as_array().context("items")?.iter().map(|it| &it["status"]).collect();
    assert_eq!(standing, ["barred", "barred"]);
    let both = [out(&ours.uid(), "ALICE of ours"), out(&bob, "BOB of ours")];
    assert_eq!(noticed(stage, &ours).await?, both);
    assert_eq!(noticed(stage, &theirs).await?, []);
    let log = stage.get(ours.key("auditor"), &ours.at("/audit?action=group.")).await?.good()?;
    let log = log["items"].as_array().context("a log")?;
    let was: Vec<_> = log.iter().map(|row| (&row["action"], &row["target"], &row["was"])).collect();
    let (action, target) = (json!("group.drop"), json!(CIRCLE));
    let alice = json!({"uid": ours.uid(), "alias": "ALICE of ours", "status": "joined"});
    let bob = json!({"uid": bob, "alias": "BOB of ours", "status": "invited"});
    assert_eq!(was, [(&action, &target, &alice), (&action, &target, &bob)]);
    Ok(())
}

pub async fn a_removed_group_is_nobodys_and_its_name_too(stage: &Stage) -> Result<()> {
    let (ours, theirs) = (stage.tenant("ours").await?, stage.tenant("theirs").await?);
    let bob = invited(stage, &ours).await?;
    let path = ours.in_site(&format!("/groups/{}", encoded(CIRCLE)));
    remove(stage, ours.key("support"), &path).await?.problem(403, "forbidden")?;
    for none in ["No such group", "ALICE of ours"] {
        let path = ours.in_site(&format!("/groups/{}", encoded(none)));
        remove(stage, ours.key("admin"), &path).await?.problem(404, "absent")?;
    }
    ensure!(remove(stage, ours.key("admin"), &path).await?.status == 204);
    remove(stage, ours.key("admin"), &path).await?.problem(404, "absent")?;
    let left = async |tenant: &Tenant| -> Result<usize> {
        let list = stage.get(tenant.key("auditor"), &tenant.in_site("/groups")).await?.good()?;
        Ok(list["items"].as_array().context("items")?.len())
    };
    assert_eq!((left(&ours).await?, left(&theirs).await?), (0, 1));
    let both = [out(&ours.uid(), "ALICE of ours"), out(&bob, "BOB of ours")];
    assert_eq!(noticed(stage, &ours).await?, both);
    let alias = json!({"alias": CIRCLE, "uid": bob});
    stage.post(ours.key("admin"), &ours.in_site("/aliases"), &alias).await?.problem(409, "alias-taken")?;
    let log = stage.get(ours.key("auditor"), &ours.at("/audit?action=group.")).await?.good()?;
    let row = &log["items"][0];
    assert_eq!((&row["action"], &row["target"]), (&json!("group.remove"), &json!(CIRCLE)));
    assert_eq!(row["was"], json!({"joined": 1, "on_record": 2}));
    Ok(())
}
