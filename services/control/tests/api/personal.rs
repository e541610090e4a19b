//! What is kept about one member.

use std::io::{Cursor, Read as _};

use anyhow::{Context, Result, ensure};
use reqwest::Method;
use serde_json::{Value, json};
use tmtp_store::{
    Body, Identity, MemberKey, Name, NewEntry, NewMessage, NewNode, NodeId, Owner, SiteId,
    admin::{OrgId, Verdict},
};
use tmtp_wire::{MsgId, Posted};
use zip::ZipArchive;

use crate::stage::{OPERATOR, Stage, Tenant, encoded};

fn at(tenant: &Tenant, uid: &str, word: &str) -> String {
    tenant.in_site(&format!("/members/{}{word}", encoded(uid)))
}

/// A message that waits for Alice's device, and one of hers that waits for Bob's.
pub async fn talk(stage: &Stage, tenant: &Tenant) -> Result<()> {
    let mut tx = stage.store.begin(&[]).await?;
    for (n, node) in tenant.nodes.iter().enumerate() {
        let json = format!("{{\"from\":\"BOB\",\"op\":\"delivery\",\"n\":{n}}}");
        let message = NewMessage {
            site: SiteId(tenant.site),
            id: MsgId(70 + n as u64 + 10 * u64::try_from(tenant.site)?),
            posted: Posted(5_000),
            head: format!("{:04x}{json}", json.len()).into_bytes().into(),
            body: Body::Inline(b"what nobody else may read".to_vec().into()),
            urgent: false,
        };
        tx.add_messages(&[message], &[NewEntry { message: 0, node: NodeId(*node) }]).await?;
    }
    Ok(tx.commit().await?)
}

async fn exported(stage: &Stage, tenant: &Tenant, uid: &str) -> Result<ZipArchive<Cursor<Vec<u8>>>> {
    let answer = stage.ask(tenant.key("admin"), Method::POST, &at(tenant, uid, "/export")).send().await?;
    ensure!(answer.status() == 200 && answer.headers()["content-type"] == "application/zip", "{answer:?}");
    Ok(ZipArchive::new(Cursor::new(answer.bytes().await?.to_vec()))?)
}

fn file(zip: &mut ZipArchive<Cursor<Vec<u8>>>, name: &str) -> Result<Value> {
    let mut text = String::new();
    zip.by_name(name)?.read_to_string(&mut text)?;
    Ok(serde_json::from_str(&text)?)
}

pub async fn an_administrator_forgets_who_a_member_is_at_its_provider(stage: &Stage) -> Result<()> {
    let ours = stage.tenant("ours").await?;
    let path = at(&ours, &ours.uid(), "/forget-sign-in");
    let forget = async |role: &str| stage.post(ours.key(role), &path, &json!({})).await;
    let said = forget("admin").await?.problem(409, "state")?;
    assert!(said.contains("no sign-in provider"), "{said}");
    let alice = MemberKey { site: SiteId(ours.site), uid: ours.uid() };
    let identity = Identity { issuer: "https://idp.example".to_owned(), subject_hash: b"hash".to_vec() };
    let mut tx = stage.store.begin(&[]).await?;
    tx.note_sign_in(&alice, NodeId(ours.nodes[0]), &identity, 9).await?;
    tx.commit().await?;
    forget("support").await?.problem(403, "forbidden")?;
    for _ in 0..2 {
        let shown = forget("admin").await?.good()?;
        assert_eq!(
            (&shown["signs_in_at"], &shown["signs_in_anew"]),
            (&json!("https://idp.example"), &json!(true))
        );
    }
    let deeds =
        stage.get(ours.key("owner"), &ours.at("/audit?action=member.forget-sign-in")).await?.good()?;
    assert_eq!(deeds["items"].as_array().map(Vec::len), Some(1), "once is as good as twice: {deeds}");
    assert_eq!(deeds["items"][0]["target"], ours.uid());
    Ok(())
}

pub async fn all_about_a_member_is_given_out_but_no_secret_and_no_content(stage: &Stage) -> Result<()> {
    let (ours, theirs) = (stage.tenant("ours").await?, stage.tenant("theirs").await?);
    talk(stage, &ours).await?;
    talk(stage, &theirs).await?;
    let (site, node) = (SiteId(ours.site), NodeId(ours.nodes[0]));
    let alice = MemberKey { site, uid: ours.uid() };
    let mut tx = stage.store.begin(&[]).await?;
    tx.begin_session(site, node, "edge-1", 86_400_000).await?;
    tx.add_ohi(&alice, &["FRIEND".to_owned()]).await?;
    let identity = Identity { issuer: "https://idp.example".to_owned(), subject_hash: b"hash".to_vec() };
    tx.note_sign_in(&alice, node, &identity, 9).await?;
    tx.commit().await?;
    let suspend = at(&ours, &ours.uid(), "/suspend");
    stage.post(ours.key("support"), &suspend, &json!({})).await?.good()?;
    let assign = json!({"alias": "Alice at work", "uid": ours.uid()});
    stage.post(ours.key("admin"), &ours.in_site("/aliases"), &assign).await?.good()?;
    let mut zip = exported(stage, &ours, &ours.uid()).await?;
    let member = file(&mut zip, "member.json")?;
    assert_eq!(member["aliases"], json!(["ALICE of ours", "Alice at work"]));
    let nodes = file(&mut zip, "nodes.json")?;
    assert_eq!((&nodes[0]["label"], nodes.as_array().map(Vec::len)), (&json!("phone"), Some(1)));
    let groups = file(&mut zip, "groups.json")?;
    assert_eq!(groups, json!([{"gid": "Circle of ours", "alias": "ALICE of ours", "status": "joined"}]));
    let waiting = file(&mut zip, "waiting.json")?;
    assert_eq!((&waiting["messages"], &waiting["is_part"]), (&json!(1), &json!(false)));
    assert_eq!(waiting["headers"][0]["header"], json!({"from": "BOB", "op": "delivery", "n": 0}));
    let audit = file(&mut zip, "audit.json")?;
    let deeds: Vec<_> = audit.as_array().context("deeds")?.iter().map(|deed| &deed["action"]).collect();
    assert_eq!(deeds, ["member.suspend", "alias.assign", "member.export"]);
    let mut all = Vec::new();
    for at in 0..zip.len() {
        zip.by_index(at)?.read_to_end(&mut all)?;
    }
    let all = String::from_utf8_lossy(&all);
    assert!(!all.contains("what nobody else may read") && !all.contains("secret_hash"), "{all}");
    assert!(!all.contains("theirs"), "{all}");
    assert_eq!(file(&mut zip, "presence.json")?, json!({"notifies": ["FRIEND"], "notified_by": []}));
    assert!(!file(&mut zip, "days.json")?.as_array().context("days")?.is_empty());
    assert_eq!(member["signs_in_as"], "68617368", "in hexadecimal");
    let notices = json!({"given_aliases": ["Alice at work"], "group_drops": []});
    assert_eq!(file(&mut zip, "notices.json")?, notices);
    for name in ["revoked.json", "requests.json"] {
        assert_eq!(file(&mut zip, name)?, json!([]), "{name}");
    }
    let mut readme = String::new();
    zip.by_name("README.txt")?.read_to_string(&mut readme)?;
    for n in 0..zip.len() {
        let name = zip.by_index(n)?.name()?.into_owned();
        assert!(readme.contains(&name) || name == "README.txt", "{name} is not described");
    }
    let path = at(&ours, "NOBODY", "/export");
    stage.post(ours.key("admin"), &path, &json!({})).await?.problem(404, "absent")?;
    Ok(())
}

pub async fn an_export_has_all_aliases_and_says_what_it_lacks(stage: &Stage) -> Result<()> {
    let ours = stage.tenant("ours").await?;
    let site = SiteId(ours.site);
    let alice = MemberKey { site, uid: ours.uid() };
    let mut tx = stage.store.begin(&[]).await?;
    for n in 0..150 {
        let owner = Owner::Member(ours.uid());
        assert!(tx.take_name(&Name { site, name: format!("Alice the {n:03}rd"), owner }).await?);
    }
    tx.commit().await?;
    let mut zip = exported(stage, &ours, &ours.uid()).await?;
    let member = file(&mut zip, "member.json")?;
    assert_eq!(member["aliases"].as_array().map(Vec::len), Some(151), "the page of a member shows 100");
    assert_eq!(file(&mut zip, "limits.json")?, json!({"rows_max": 10_000, "lacking": []}));

    let friends: Vec<_> = (0..10_001).map(|n| format!("FRIEND {n:05}")).collect();
    let mut tx = stage.store.begin(&[]).await?;
    for some in friends.chunks(500) {
        tx.add_ohi(&alice, some).await?;
    }
    tx.commit().await?;
    let mut zip = exported(stage, &ours, &ours.uid()).await?;
    assert_eq!(file(&mut zip, "limits.json")?["lacking"], json!(["presence.json"]));
    let notifies = file(&mut zip, "presence.json")?["notifies"].as_array().map(Vec::len);
    assert_eq!(notifies, Some(10_000));
    Ok(())
}

pub async fn an_erased_member_leaves_its_retired_aliases_and_a_receipt_in_the_log(
    stage: &Stage,
) -> Result<()> {
    let (ours, theirs) = (stage.tenant("ours").await?, stage.tenant("theirs").await?);
    talk(stage, &ours).await?;
    let site = SiteId(ours.site);
    // A second device, which was revoked before.
    let member = MemberKey { site, uid: ours.uid() };
    let mut tx = stage.store.begin(&[]).await?;
    let lost = NewNode { member, label: "lost".to_owned(), secret_hash: b"lost".to_vec(), now_ms: 1_000 };
    let lost = tx.add_node(&lost).await?;
    tx.begin_session(site, NodeId(ours.nodes[0]), "edge-1", 86_400_000).await?;
    tx.commit().await?;
    let revoke = ours.in_site(&format!("/nodes/{}", lost.0));
    assert_eq!(stage.send(ours.key("admin"), Method::DELETE, &revoke, &Value::Null).await?.status, 204);
    let before = usage(stage, &ours).await?;

    let path = at(&ours, &ours.uid(), "/erase");
    stage.post(ours.key("support"), &path, &json!({})).await?.problem(403, "forbidden")?;
    let receipt = stage.post(ours.key("admin"), &path, &json!({})).await?.good()?;
    assert_eq!(
        receipt["rows"],
        json!({"members": 1, "nodes": 2, "aliases": 1, "groups": 1, "requests": 0, "presence": 0, "days": 1})
    );
    let log = stage.get(OPERATOR, &ours.at("/audit?action=member.erase")).await?.good()?;
    let line = &log["items"][0];
    assert_eq!((&line["seq"], &line["hash"]), (&receipt["seq"], &receipt["hash"]));
    assert_eq!((&line["target"], &line["was"]["queued"]), (&json!(ours.uid()), &json!(1)));
    let verdict = stage.store.admin().view().await?.verify_audit(OrgId(ours.org)).await?;
    assert!(matches!(verdict, Verdict::Whole { rows, .. } if receipt["seq"] == rows), "{verdict:?}");

    stage.get(OPERATOR, &at(&ours, &ours.uid(), "")).await?.problem(404, "absent")?;
    let aliases = stage.get(OPERATOR, &ours.in_site("/aliases")).await?.good()?;
    assert_eq!(
        aliases["items"][0],
        json!({"alias": "ALICE of ours", "uid": null, "reserved": false, "invitation": null})
    );
    let figures = stage.get(OPERATOR, &ours.in_site("/figures")).await?.good()?;
    assert_eq!(
        (&figures["members"], &figures["nodes"], &figures["queued"]),
        (&json!(1), &json!(1), &json!(1))
    );
    assert_eq!(usage(stage, &ours).await?, before, "what was counted stays");
    stage.post(ours.key("admin"), &path, &json!({})).await?.problem(404, "absent")?;
    stage.get(OPERATOR, &at(&theirs, &theirs.uid(), "")).await?.good()?;
    Ok(())
}

async fn usage(stage: &Stage, tenant: &Tenant) -> Result<Value> {
    let path = tenant.in_site("/usage?from=1970-01-01&to=1970-01-30");
    Ok(stage.get(OPERATOR, &path).await?.good()?["days"].clone())
}

pub async fn what_is_left_of_a_removed_member_is_given_out_and_can_be_erased(stage: &Stage) -> Result<()> {
    let ours = stage.tenant("ours").await?;
    let path = at(&ours, &ours.uid(), "");
    assert_eq!(stage.send(ours.key("admin"), Method::DELETE, &path, &Value::Null).await?.status, 204);
    let mut zip = exported(stage, &ours, &ours.uid()).await?;
    assert_eq!(file(&mut zip, "member.json")?, Value::Null);
    assert_eq!(file(&mut zip, "nodes.json")?, json!([]));
    assert_eq!(file(&mut zip, "revoked.json")?[0]["label"], "phone");
    let audit = file(&mut zip, "audit.json")?;
    let deeds: Vec<_> = audit.as_array().context("deeds")?.iter().map(|deed| &deed["action"]).collect();
    assert_eq!(deeds, ["member.remove", "member.export"]);
    let dropped = json!([{"gid": "Circle of ours", "alias": "ALICE of ours"}]);
    assert_eq!(file(&mut zip, "notices.json")?["group_drops"], dropped, "its group is told in a moment");
    let receipt =
        stage.post(ours.key("admin"), &at(&ours, &ours.uid(), "/erase"), &json!({})).await?.good()?;
    let mut tx = stage.store.begin(&[]).await?;
    assert!(tx.take_notice(SiteId(ours.site)).await?.is_some(), "the group is told all the same");
    tx.commit().await?;
    assert_eq!((&receipt["rows"]["members"], &receipt["rows"]["nodes"]), (&json!(0), &json!(1)));
    let export = at(&ours, &ours.uid(), "/export");
    stage.post(ours.key("admin"), &export, &json!({})).await?.problem(404, "absent")?;
    Ok(())
}
