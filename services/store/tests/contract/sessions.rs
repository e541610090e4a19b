//! Sessions.

use std::time::Duration;

use anyhow::{Context, Result};
use tmtp_store::{Begun, Error, NodeId, Session, Standing};
use tokio::time::timeout;

use crate::world::{SOON, World};

pub async fn a_new_session_fences_off_the_former_one(w: &World) -> Result<()> {
    let node = w.nodes[0];
    let mut tx = w.tx().await?;
    let first = tx.begin_session(w.site, node, "edge-1", 5).await?;
    assert_eq!(first, Begun { epoch: 1, former_edge: None, former_ohi: false });
    let second = tx.begin_session(w.site, node, "edge-2", 6).await?;
    assert_eq!(second, Begun { epoch: 2, former_edge: Some("edge-1".to_owned()), former_ohi: false });
    tx.commit().await?;
    for node in [NodeId(999_999), w.nodes[1]] {
        let mut tx = w.tx().await?;
        tx.revoke_node(w.site, node).await?;
        assert!(matches!(tx.begin_session(w.site, node, "edge-1", 5).await, Err(Error::Absent(_))));
    }
    let sessions = [w.session_of(node, 1), w.session_of(node, 2)];
    assert_eq!(w.store.standings("edge-2", &sessions).await?, [Standing::Fenced, Standing::Idle]);
    Ok(())
}

pub async fn a_session_begins_when_one_that_begins_for_its_node_is_through(w: &World) -> Result<()> {
    let node = w.nodes[0];
    let mut first = w.tx().await?;
    assert_eq!(first.begin_session(w.site, node, "edge-1", 5).await?.epoch, 1);
    let mut second = Box::pin(w.login(node));
    w.waits(&mut second).await?;
    first.commit().await?;
    assert_eq!(timeout(SOON, second).await??.epoch, 2);
    // One who gives up has begun nothing.
    let mut first = w.tx().await?;
    assert_eq!(first.begin_session(w.site, node, "edge-1", 5).await?.epoch, 3);
    let mut second = Box::pin(w.login(node));
    w.waits(&mut second).await?;
    drop(first);
    assert_eq!(timeout(SOON, second).await??.epoch, 3);
    Ok(())
}

pub async fn a_session_ends_only_by_its_own_epoch(w: &World) -> Result<()> {
    let [a1, a2, ..] = w.nodes;
    let old = w.login(a1).await?;
    let (new, other) = (w.login(a1).await?, w.login(a2).await?);
    let mut tx = w.tx().await?;
    assert!(tx.end_sessions(&[old]).await?.is_empty());
    let mut ended = tx.end_sessions(&[other.clone(), new.clone(), other.clone()]).await?;
    ended.sort_by_key(|session| session.node);
    assert_eq!(ended, [new.clone(), other]);
    assert!(tx.end_sessions(&[new]).await?.is_empty());
    assert!(tx.end_sessions(&[]).await?.is_empty());
    assert!(tx.nodes(&[w.member("alice")]).await?.nodes.iter().all(|node| node.edge.is_none()));
    Ok(tx.commit().await?)
}

pub async fn sessions_of_an_edge_are_found(w: &World) -> Result<()> {
    let [a1, a2, ..] = w.nodes;
    let (first, second) = (w.login(a1).await?, w.login(a2).await?);
    let mut tx = w.tx().await?;
    tx.begin_session(w.site, w.nodes[2], "edge-2", 5).await?;
    let ours =
        |sessions: Vec<Session>| sessions.into_iter().filter(|it| it.site == w.site).collect::<Vec<_>>();
    assert_eq!(ours(tx.sessions_of_edge("edge-1", 100).await?), [first.clone(), second]);
    assert_eq!(tx.sessions_of_edge("edge-1", 1).await?, [first]);
    assert!(tx.sessions_of_edge("edge-9", 100).await?.is_empty());
    Ok(tx.commit().await?)
}

pub async fn standings_tell_who_waits_and_who_is_fenced(w: &World) -> Result<()> {
    let [a1, a2, b1, b2] = w.nodes;
    let (first, second, third) = (w.login(a1).await?, w.login(a2).await?, w.login(b1).await?);
    w.post(&[1], &[a2, b2]).await?;
    let mut tx = w.tx().await?;
    tx.revoke_node(w.site, b1).await?;
    tx.commit().await?;
    let again = w.login(a2).await?;
    let sessions = [second, first.clone(), third, w.session_of(b2, 1), again, first];
    let standings = w.store.standings("edge-1", &sessions).await?;
    use Standing::{Fenced, Idle, ShutOut, Waiting};
    assert_eq!(standings, [Fenced, Idle, ShutOut, ShutOut, Waiting, Idle]);
    assert!(w.store.standings("edge-1", &[]).await?.is_empty());
    Ok(())
}

pub async fn a_session_without_an_edge_is_given_back(w: &World) -> Result<()> {
    let [a1, a2, ..] = w.nodes;
    let (reaped, revoked) = (w.login(a1).await?, w.login(a2).await?);
    let mut tx = w.tx().await?;
    tx.end_sessions(&[reaped.clone(), revoked.clone()]).await?;
    tx.revoke_node(w.site, a2).await?;
    tx.commit().await?;
    let standings = w.store.standings("edge-7", &[reaped.clone(), revoked]).await?;
    assert_eq!(standings, [Standing::Idle, Standing::ShutOut]);
    let mut tx = w.tx().await?;
    assert_eq!(tx.sessions_of_edge("edge-7", 10).await?, [reaped]);
    Ok(tx.commit().await?)
}

pub async fn a_suspended_member_or_site_is_shut_out(w: &World) -> Result<()> {
    let [a1, _, b1, _] = w.nodes;
    let (alice, bob) = (w.login(a1).await?, w.login(b1).await?);
    let mut tx = w.tx().await?;
    tx.suspend_member(&w.member("bob"), true).await?;
    tx.commit().await?;
    let sessions = [alice, bob];
    let standings = async || w.store.standings("edge-1", &sessions).await;
    assert_eq!(standings().await?, [Standing::Idle, Standing::ShutOut]);
    assert!(w.page(w.read(&sessions[1])).await?.fenced);

    let (_, sites) = w.store.sites().await?;
    let mut site = sites.into_iter().find(|site| site.id == w.site).context("the site")?;
    site.suspended = true;
    w.store.change_site(&site).await?;
    assert_eq!(standings().await?, [Standing::ShutOut, Standing::ShutOut]);
    let secret = crate::world::new_node(&w.member("alice"), "phone").secret_hash;
    assert_eq!(w.tx().await?.find_node(&w.member("alice"), &secret).await?, None);
    site.suspended = false;
    w.store.change_site(&site).await?;
    assert_eq!(standings().await?, [Standing::Idle, Standing::ShutOut]);
    Ok(())
}

pub async fn nodes_are_found_where_they_are_connected(w: &World) -> Result<()> {
    let [a1, a2, b1, _] = w.nodes;
    w.login(a1).await?;
    let session = w.login(a1).await?;
    w.login(b1).await?;
    let keys = [a1, a2, b1].map(|node| (w.site, node));
    let mut connected = w.store.connected(&keys).await?;
    connected.sort_by_key(|one| one.node);
    let told: Vec<_> = connected.iter().map(|one| (one.node, one.edge.as_str(), one.epoch)).collect();
    assert_eq!(told, [(a1, "edge-1", session.epoch), (b1, "edge-1", 1)]);
    assert!(connected.iter().all(|one| one.site == w.site));
    let mut tx = w.tx().await?;
    tx.end_sessions(&[session]).await?;
    tx.revoke_node(w.site, b1).await?;
    tx.commit().await?;
    assert!(w.store.connected(&keys).await?.is_empty());
    assert!(w.store.connected(&[]).await?.is_empty());
    Ok(())
}

pub async fn lost_hints_show_for_a_while_and_to_everybody(w: &World) -> Result<()> {
    let [a1, ..] = w.nodes;
    w.login(a1).await?;
    let lost = async || Ok::<_, anyhow::Error>(w.store.connected(&[(w.site, a1)]).await?[0].hints_lost);
    assert!(!lost().await?);
    w.store.note_lost_hints(Duration::ZERO).await?;
    // What is left of this second.
    while lost().await? {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    w.store.note_lost_hints(Duration::from_secs(100)).await?;
    let until = async || w.peek.count("SELECT until_s FROM hint_losses").await;
    let noted = until().await?;
    w.store.note_lost_hints(Duration::ZERO).await?;
    assert_eq!(until().await?, noted, "a later note must not end an earlier one");
    assert!(lost().await?);
    Ok(())
}
