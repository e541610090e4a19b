//! What edges are told of a change, once it is stored.

use std::time::Duration;

use anyhow::{Context, Result};
use prost::Message as _;
use reqwest::Method;
use serde_json::{Value, json};
use tmtp_bus::{Event, SITES, Subscription, edge_channel};
use tmtp_grpc::delivery::Hints;
use tmtp_store::{MemberKey, NodeId, Session, SiteId};

use crate::stage::{Stage, Tenant, encoded};

const EDGE: &str = "edge-1";

async fn heard(listener: &mut Subscription) -> Result<Hints> {
    loop {
        let event =
            tokio::time::timeout(Duration::from_secs(10), listener.next()).await?.context("the bus")?;
        if let Event::Hint(octets) = event {
            return Ok(Hints::decode(octets)?);
        }
    }
}

async fn login(stage: &Stage, tenant: &Tenant, n: usize) -> Result<Session> {
    let (site, node) = (SiteId(tenant.site), NodeId(tenant.nodes[n]));
    let mut tx = stage.store.begin(&[]).await?;
    let begun = tx.begin_session(site, node, EDGE, 5).await?;
    tx.commit().await?;
    let uid = ["ALICE", "BOB"][n];
    Ok(Session { site, node, epoch: begun.epoch, uid: format!("{uid}%+{}", tenant.name) })
}

pub async fn a_suspended_members_edge_is_told_to_close_its_links(stage: &Stage) -> Result<()> {
    let ours = stage.tenant("ours").await?;
    let session = login(stage, &ours, 0).await?;
    login(stage, &ours, 1).await?;
    let mut listener = stage.bus.subscribe(&edge_channel(EDGE));
    let path = ours.in_site(&format!("/members/{}/suspend", encoded(&ours.uid())));
    assert_eq!(stage.post(ours.key("support"), &path, &Value::Null).await?.good()?["suspended"], true);
    let hints = heard(&mut listener).await?;
    assert_eq!(hints.fences.len(), 1, "its own link alone");
    assert_eq!((hints.fences[0].site, hints.fences[0].node), (ours.site, ours.nodes[0]));
    assert!(hints.fences[0].epoch > session.epoch);
    Ok(())
}

pub async fn a_revoked_nodes_edge_is_told_and_those_whom_it_kept_informed(stage: &Stage) -> Result<()> {
    let ours = stage.tenant("ours").await?;
    let session = login(stage, &ours, 0).await?;
    login(stage, &ours, 1).await?;
    let mut tx = stage.store.begin(&[]).await?;
    assert!(tx.mark_ohi(&session).await?);
    let alice = MemberKey { site: session.site, uid: ours.uid() };
    tx.add_ohi(&alice, &["BOB%+ours".to_owned()]).await?;
    tx.commit().await?;
    let mut listener = stage.bus.subscribe(&edge_channel(EDGE));
    let path = ours.in_site(&format!("/nodes/{}", ours.nodes[0]));
    assert_eq!(stage.send(ours.key("support"), Method::DELETE, &path, &json!({})).await?.status, 204);
    let hints = heard(&mut listener).await?;
    assert_eq!(hints.fences.iter().map(|fence| fence.node).collect::<Vec<_>>(), [ours.nodes[0]]);
    assert_eq!(hints.ohis.len(), 1);
    let told = &hints.ohis[0];
    assert_eq!((told.node, told.from.as_str(), told.status), (ours.nodes[1], "ALICE%+ours", 2));
    Ok(())
}

pub async fn a_suspended_site_is_told_to_all_who_keep_sites(stage: &Stage) -> Result<()> {
    let ours = stage.tenant("ours").await?;
    let mut listener = stage.bus.subscribe(SITES);
    assert_eq!(listener.next().await, Some(Event::Gap));
    stage.post(ours.key("owner"), &ours.in_site("/suspend"), &Value::Null).await?.good()?;
    let told = tokio::time::timeout(Duration::from_secs(10), listener.next()).await?;
    assert_eq!(told, Some(Event::Hint(format!("site {}", ours.site).into())));
    assert!(stage.store.sites().await?.1.iter().any(|site| site.id.0 == ours.site && site.suspended));
    Ok(())
}
