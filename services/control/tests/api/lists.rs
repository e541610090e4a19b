//! Lists: paged, searched, filtered; the audit log.

use anyhow::{Context, Result};
use reqwest::Method;
use serde_json::{Value, json};

use crate::personal::talk;
use crate::stage::{Answer, OPERATOR, Stage, encoded};

/// Every item, page by page of one, and how many pages that took.
async fn paged(stage: &Stage, path: &str) -> Result<Vec<Value>> {
    let (mut items, mut cursor) = (Vec::new(), String::new());
    loop {
        let sign = if path.contains('?') { '&' } else { '?' };
        let page = stage.get(OPERATOR, &format!("{path}{sign}limit=1{cursor}")).await?.good()?;
        let found = page["items"].as_array().context("items")?;
        assert!(found.len() <= 1);
        items.extend(found.clone());
        match page["next"].as_str() {
            Some(next) => cursor = format!("&cursor={next}"),
            None => return Ok(items),
        }
    }
}

pub async fn every_list_comes_page_by_page_whole_and_in_order(stage: &Stage) -> Result<()> {
    let ours = stage.tenant("ours").await?;
    stage.tenant("theirs").await?;
    let expected = [
        ("/orgs".to_owned(), 3),
        (ours.at("/sites"), 1),
        (ours.at("/keys"), 4),
        (ours.at("/users"), 1),
        (ours.at("/audit"), 8),
        (ours.in_site("/members"), 2),
        (ours.in_site("/nodes"), 2),
        // Two members', and what is reserved from the beginning: eight offices and the organization, called like its site.
        (ours.in_site("/aliases"), 2 + 8 + 1),
        (ours.in_site("/groups"), 1),
        (ours.in_site(&format!("/groups/{}/members", encoded("Circle of ours"))), 1),
    ];
    for (path, count) in expected {
        let whole = stage.get(OPERATOR, &path).await?.good()?;
        assert_eq!(whole["items"].as_array().map(Vec::len), Some(count), "{path}");
        assert_eq!(whole["next"], Value::Null);
        assert_eq!(whole["items"], Value::Array(paged(stage, &path).await?), "{path}");
    }
    Ok(())
}

pub async fn members_are_searched_and_filtered(stage: &Stage) -> Result<()> {
    let ours = stage.tenant("ours").await?;
    let found = async |query: &str| -> Result<Vec<String>> {
        let list = stage.get(OPERATOR, &ours.in_site(&format!("/members?{query}"))).await?.good()?;
        let uid = |member: &Value| member["uid"].as_str().unwrap_or_default().to_owned();
        Ok(list["items"].as_array().context("items")?.iter().map(uid).collect())
    };
    let (alice, bob) = ("ALICE%+ours".to_owned(), "BOB%+ours".to_owned());
    assert_eq!(found("q=bob%20of").await?, [bob.as_str()]);
    assert_eq!(found("q=alice%25").await?, [alice.as_str()]);
    assert_eq!(found("q=nobody").await?, [""; 0]);
    let path = ours.in_site(&format!("/members/{}/suspend", encoded(&bob)));
    stage.post(ours.key("support"), &path, &json!({})).await?.good()?;
    assert_eq!(found("suspended=true").await?, [bob]);
    assert_eq!(found("suspended=false").await?, [alice]);
    Ok(())
}

pub async fn a_member_is_shown_with_its_nodes(stage: &Stage) -> Result<()> {
    let ours = stage.tenant("ours").await?;
    let path = ours.in_site(&format!("/members/{}", encoded(&ours.uid())));
    let shown = stage.get(ours.key("support"), &path).await?.good()?;
    assert_eq!((&shown["uid"], &shown["aliases"]), (&json!(ours.uid()), &json!(["ALICE of ours"])));
    assert_eq!((&shown["suspended"], &shown["created_at"]), (&json!(false), &json!("1970-01-01T00:00:01Z")));
    let node = &shown["nodes"][0];
    assert_eq!((&node["id"], &node["label"]), (&json!(ours.nodes[0]), &json!("phone")));
    assert_eq!(
        (&node["connected"], &node["queued"], &node["oldest_at"]),
        (&json!(false), &json!(0), &Value::Null)
    );
    Ok(())
}

pub async fn a_sites_figures_are_shown_and_an_organizations_scraped(stage: &Stage) -> Result<()> {
    let (ours, theirs) = (stage.tenant("ours").await?, stage.tenant("theirs").await?);
    let path = ours.in_site(&format!("/members/{}/suspend", encoded(&ours.uid())));
    stage.post(ours.key("support"), &path, &json!({})).await?.good()?;
    let shown = stage.get(ours.key("auditor"), &ours.in_site("/figures")).await?.good()?;
    assert_eq!(
        shown,
        json!({
            "members": 2, "suspended": 1, "nodes": 2, "connected": 0, "queued": 0, "queued_octets": 0, "oldest_at": null,
            "messages_today": 0, "latency_today": {
                "deliveries": 0, "within_100ms": 0, "within_500ms": 0, "within_1s": 0, "within_5s": 0,
                "within_30s": 0, "p50_ms": null, "p95_ms": null,
            },
        })
    );
    let scraped = stage.get(ours.key("auditor"), &ours.at("/metrics")).await?;
    assert_eq!(scraped.header("content-type"), "text/plain; version=0.0.4");
    let text = scraped.good()?;
    let lines: Vec<&str> = text.as_str().context("text")?.lines().collect();
    let value = |name: &str| {
        let own = format!("{name}{{site=\"{}\",", ours.site);
        let found = lines.iter().find(|line| line.starts_with(&own));
        found.and_then(|line| line.rsplit_once(' ')).map(|(_, value)| value)
    };
    assert_eq!((value("tmtp_site_members"), value("tmtp_site_members_suspended")), (Some("2"), Some("1")));
    assert_eq!(value("tmtp_site_queue_oldest_timestamp_seconds"), None);
    assert!(!lines.iter().any(|line| line.contains(&format!("site=\"{}\"", theirs.site))), "{lines:?}");
    Ok(())
}

pub async fn all_sites_are_listed_those_first_where_messages_wait(stage: &Stage) -> Result<()> {
    let (ours, theirs) = (stage.tenant("ours").await?, stage.tenant("theirs").await?);
    talk(stage, &theirs).await?;
    let suspend = ours.in_site("/suspend");
    stage.post(ours.key("admin"), &suspend, &json!({})).await?.good()?;
    let survey = stage.get(OPERATOR, "/provider/figures").await?.good()?;
    let items = survey["items"].as_array().context("items")?;
    let ids: Vec<_> = items.iter().map(|item| (item["org"].clone(), item["id"].clone())).collect();
    assert_eq!(ids, [&theirs, &ours].map(|tenant| (json!(tenant.org), json!(tenant.site))));
    assert_eq!((&items[0]["org_name"], &items[1]["suspended"]), (&json!("theirs"), &json!(true)));
    for (item, tenant) in [(&items[0], &theirs), (&items[1], &ours)] {
        assert_eq!(item["figures"], stage.get(OPERATOR, &tenant.in_site("/figures")).await?.good()?);
    }
    assert_eq!(
        (&survey["sites"], &survey["sites_suspended"], &survey["sites_unknown"]),
        (&json!(2), &json!(1), &json!(0))
    );
    let both = |field: &str| items.iter().filter_map(|item| item["figures"][field].as_u64()).sum::<u64>();
    for field in ["members", "nodes", "queued", "queued_octets"] {
        assert_eq!(survey["all"][field], both(field), "{field}");
    }
    assert_eq!(survey["all"]["oldest_at"], items[0]["figures"]["oldest_at"]);
    assert_eq!(paged(stage, "/provider/figures").await?, *items);
    Ok(())
}

pub async fn devices_are_listed_by_how_they_stand(stage: &Stage) -> Result<()> {
    let ours = stage.tenant("ours").await?;
    for (state, found) in [("connected", 0), ("away", 2), ("awaited", 0)] {
        let path = ours.in_site(&format!("/nodes?state={state}"));
        assert_eq!(paged(stage, &path).await?.len(), found, "{state}");
    }
    let wrong = stage.get(OPERATOR, &ours.in_site("/nodes?state=lost")).await?;
    assert!(wrong.problem(400, "bad-request")?.contains("connected, away or awaited"));
    Ok(())
}

pub async fn a_removed_member_is_gone_and_its_alias_nobodys(stage: &Stage) -> Result<()> {
    let ours = stage.tenant("ours").await?;
    let path = ours.in_site(&format!("/members/{}", encoded(&ours.uid())));
    assert_eq!(stage.send(ours.key("admin"), Method::DELETE, &path, &Value::Null).await?.status, 204);
    stage.get(OPERATOR, &path).await?.problem(404, "absent")?;
    let node = ours.in_site(&format!("/nodes/{}", ours.nodes[0]));
    stage.get(OPERATOR, &node).await?.problem(404, "absent")?;
    let aliases = stage.get(OPERATOR, &ours.in_site("/aliases")).await?.good()?;
    assert_eq!(
        aliases["items"][0],
        json!({"alias": "ALICE of ours", "uid": null, "reserved": false, "invitation": null})
    );
    let log = stage.get(OPERATOR, &ours.at("/audit?action=member.remove")).await?.good()?;
    assert_eq!(log["items"][0]["was"]["aliases"], json!(["ALICE of ours"]));
    Ok(())
}

pub async fn the_audit_log_is_filtered_exported_and_verified(stage: &Stage) -> Result<()> {
    let ours = stage.tenant("ours").await?;
    let whole = paged(stage, &ours.at("/audit")).await?;
    let export = stage.get(ours.key("auditor"), &ours.at("/audit/export")).await?;
    assert_eq!(export.header("content-type"), "application/x-ndjson");
    let lines: Vec<Value> =
        export.body.as_str().context("lines")?.lines().map(|l| serde_json::from_str(l).unwrap()).collect();
    assert_eq!(lines, whole);
    let by_site = stage.get(OPERATOR, &ours.at(&format!("/audit?site={}", ours.site))).await?.good()?;
    assert_eq!(by_site["items"].as_array().map(Vec::len), Some(2));
    let later = stage.get(OPERATOR, &ours.at("/audit?since=2099-01-01T00:00:00Z")).await?.good()?;
    assert_eq!(later["items"], json!([]));
    stage.get(OPERATOR, &ours.at("/audit?since=yesterday")).await?.problem(422, "invalid")?;
    let verdict = stage.get(ours.key("auditor"), &ours.at("/audit/verify")).await?.good()?;
    assert_eq!((&verdict["whole"], &verdict["rows"]), (&json!(true), &json!(whole.len())));
    assert_eq!(verdict["head"], whole[0]["hash"]);
    Ok(())
}

pub async fn the_description_is_there_for_everybody_and_the_page_needs_nothing_else(
    stage: &Stage,
) -> Result<()> {
    let document = Answer::of(reqwest::Client::new().get(stage.url("/api/v1/openapi.json"))).await?;
    assert_eq!(document.body["openapi"], "3.1.0");
    let page = Answer::of(reqwest::Client::new().get(stage.url("/api/v1/docs"))).await?;
    assert!(page.header("content-security-policy").starts_with("default-src 'none'"));
    let text = page.body.as_str().context("a page")?;
    for path in document.body["paths"].as_object().context("paths")?.keys() {
        assert!(text.contains(path.as_str()), "{path}");
    }
    assert!(!text.contains("src=") && !text.contains("http://") && !text.contains("https://"));
    Ok(())
}
