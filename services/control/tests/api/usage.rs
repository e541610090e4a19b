//! What sites were used for.

use anyhow::{Context, Result};
use reqwest::Method;
use serde_json::{Value, json};
use tmtp_platform::{Clock as _, clock::day};
use tmtp_store::{Deliveries, Latency, NodeId, Sent, SiteId};
use tmtp_wire::Posted;

use crate::stage::{OPERATOR, Stage, Tenant};

const DAY_MS: i64 = 86_400_000;

/// So many messages of ten octets, so many days ago.
async fn send(stage: &Stage, site: i64, days_ago: i64, messages: u64) -> Result<()> {
    let posted = Posted(stage.clock.unix_ms() - days_ago * DAY_MS);
    let mut tx = stage.store.begin(&[]).await?;
    tx.count_sent(&[Sent { site: SiteId(site), posted, messages, octets: 10 * messages }]).await?;
    Ok(tx.commit().await?)
}

/// So many messages took so long today.
async fn deliver(stage: &Stage, site: i64, counts: [u64; 6]) -> Result<()> {
    let day = day(stage.clock.unix_ms());
    let deliveries = Deliveries { site: SiteId(site), day, latency: Latency(counts) };
    Ok(stage.store.count_deliveries(&[deliveries]).await?)
}

async fn log_in(stage: &Stage, tenant: &Tenant) -> Result<()> {
    let mut tx = stage.store.begin(&[]).await?;
    tx.begin_session(SiteId(tenant.site), NodeId(tenant.nodes[0]), "edge-1", stage.clock.unix_ms()).await?;
    Ok(tx.commit().await?)
}

pub async fn usage_is_shown_day_by_day_for_a_site_and_for_all_of_an_organization(
    stage: &Stage,
) -> Result<()> {
    let (ours, theirs) = (stage.tenant("ours").await?, stage.tenant("theirs").await?);
    send(stage, ours.site, 0, 3).await?;
    send(stage, ours.site, 2, 4).await?;
    send(stage, ours.site, 40, 100).await?;
    send(stage, theirs.site, 0, 1_000).await?;
    deliver(stage, ours.site, [3, 0, 1, 0, 0, 0]).await?;
    log_in(stage, &ours).await?;
    let admin = stage.store.admin();
    admin.look_at_links(stage.clock.unix_ms()).await?;
    admin.look_at_members(stage.clock.unix_ms()).await?;
    let body = json!({"name": "second", "hosts": ["second.example"]});
    let second = stage.post(ours.key("admin"), &ours.at("/sites"), &body).await?.made()?;
    send(stage, second["id"].as_i64().context("an id")?, 0, 5).await?;

    let shown = stage.get(ours.key("auditor"), &ours.in_site("/usage")).await?.good()?;
    assert_eq!((&shown["messages"], &shown["octets"]), (&json!(7), &json!(70)));
    let days = shown["days"].as_array().context("days")?;
    assert_eq!(days.len(), 2, "{shown}");
    assert_eq!(days[1]["day"], shown["to"]);
    let today = ["members", "active", "messages", "octets", "links_peak"].map(|field| days[1][field].clone());
    assert_eq!(today, [2, 1, 3, 30, 1].map(|number: u64| json!(number)));

    let latency = &days[1]["latency"];
    assert_eq!((&latency["deliveries"], &latency["within_500ms"]), (&json!(4), &json!(3)));
    assert_eq!((&latency["p50_ms"], &latency["p95_ms"]), (&json!(100), &json!(1_000)));
    let figures = stage.get(ours.key("auditor"), &ours.in_site("/figures")).await?.good()?;
    assert_eq!((&figures["messages_today"], &figures["latency_today"]), (&json!(3), latency));

    let all = stage.get(OPERATOR, &ours.at("/usage")).await?.good()?;
    assert_eq!((&all["messages"], &all["days"][1]["messages"]), (&json!(12), &json!(8)));
    let to = shown["to"].as_str().context("a day")?;
    let one = stage.get(OPERATOR, &ours.at(&format!("/usage?from={to}&to={to}"))).await?.good()?;
    assert_eq!(one["messages"], 8);
    for (query, said) in [("from=2026-13-01", "from is a day"), ("from=2020-01-01", "400 days")] {
        let detail =
            stage.get(OPERATOR, &ours.at(&format!("/usage?{query}"))).await?.problem(422, "invalid")?;
        assert!(detail.contains(said), "{detail}");
    }
    Ok(())
}

pub async fn usage_is_exported_for_spreadsheets_and_no_name_is_a_formula(stage: &Stage) -> Result<()> {
    let ours = stage.tenant("ours").await?;
    let body = json!({"name": "=HYPERLINK(\"x\"),y"});
    stage.send(ours.key("admin"), Method::PATCH, &ours.in_site(""), &body).await?.good()?;
    send(stage, ours.site, 0, 3).await?;
    deliver(stage, ours.site, [1, 1, 1, 1, 0, 0]).await?;
    for n in 0..12 {
        let body = json!({"name": format!("site {n}"), "hosts": [format!("s{n}.example")]});
        let made = stage.post(ours.key("admin"), &ours.at("/sites"), &body).await?.made()?;
        send(stage, made["id"].as_i64().context("an id")?, 0, 1).await?;
    }
    let answer = stage.get(ours.key("auditor"), &ours.in_site("/usage.csv")).await?;
    assert_eq!(answer.header("content-type"), "text/csv; charset=utf-8");
    assert!(answer.header("content-disposition").starts_with("attachment; filename=\"usage-"));
    let Value::String(text) = answer.good()? else { anyhow::bail!("no text") };
    let lines: Vec<&str> = text.lines().collect();
    let columns = "site,name,day,members,active,messages,octets,links_peak,deliveries,deliveries_within_1s,delivery_p95_ms";
    assert_eq!(lines[0], columns);
    // Nobody has counted its members yet.
    let begin = format!("{},\"'=HYPERLINK(\"\"x\"\"),y\",20", ours.site);
    assert!(lines[1].starts_with(&begin) && lines[1].ends_with(",,0,3,30,0,4,3,5000"), "{}", lines[1]);
    assert_eq!(lines.len(), 2);
    let Value::String(text) = stage.get(ours.key("auditor"), &ours.at("/usage.csv")).await?.good()? else {
        anyhow::bail!("no text")
    };
    assert_eq!(text.lines().count(), 1 + 13, "a line for each site: {text}");
    Ok(())
}
