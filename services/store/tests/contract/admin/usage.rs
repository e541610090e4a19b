//! What sites were used for.

use anyhow::{Context, Result};
use tmtp_store::{
    Deliveries, Latency, Sent, SiteId,
    admin::{OrgId, USAGE_DAYS, UsageDay},
};
use tmtp_wire::Posted;

use super::{admin, scope, second};
use crate::world::World;

const DAY_MS: i64 = 86_400_000;
/// A day of these tests, well after those that a world begins with.
const TODAY: i64 = 20_000;

/// An hour into a day.
fn at(day: i64) -> i64 {
    day * DAY_MS + 3_600_000
}

fn sent(site: SiteId, day: i64, messages: u64, octets: u64) -> Sent {
    Sent { site, posted: Posted(at(day)), messages, octets }
}

async fn count(w: &World, all: &[Sent]) -> Result<()> {
    let mut tx = w.tx().await?;
    tx.count_sent(all).await?;
    Ok(tx.commit().await?)
}

async fn days(w: &World, site: SiteId) -> Result<Vec<UsageDay>> {
    let scope = scope(w, site).await?;
    Ok(admin(w).view().await?.usage(&scope, &(TODAY - USAGE_DAYS..=TODAY)).await?)
}

async fn log_in(w: &World, at_ms: i64, nodes: &[usize]) -> Result<()> {
    for node in nodes {
        let mut tx = w.tx().await?;
        tx.begin_session(w.site, w.nodes[*node], "edge-1", at_ms).await?;
        tx.commit().await?;
    }
    Ok(())
}

fn day(day: i64) -> UsageDay {
    UsageDay { day, ..UsageDay::default() }
}

pub async fn what_is_sent_is_counted_with_its_transaction_and_its_own_site(w: &World) -> Result<()> {
    w.writes_at_twin(&["usage_active", "usage_days", "usage_sent"]);
    let both = [sent(w.site, TODAY, 1, 10), sent(w.twin, TODAY, 5, 50), sent(w.site, TODAY - 1, 2, 7)];
    count(w, &both).await?;
    count(w, &[sent(w.site, TODAY, 1, 1), sent(w.site, TODAY, 1, 1)]).await?;
    let mut asked = w.store.look().await?.sent_on(&[w.twin, w.site, SiteId(4711)], TODAY).await?;
    asked.sort_unstable();
    let mut wanted = [(w.site, 3), (w.twin, 5), (SiteId(4711), 0)];
    wanted.sort_unstable();
    assert_eq!(asked, wanted);
    let mut dropped = w.tx().await?;
    dropped.count_sent(&[sent(w.site, TODAY, 100, 100)]).await?;
    drop(dropped);
    let today = UsageDay { messages: 3, octets: 12, ..day(TODAY) };
    assert_eq!(days(w, w.site).await?, [UsageDay { messages: 2, octets: 7, ..day(TODAY - 1) }, today]);
    assert_eq!(days(w, w.twin).await?, [UsageDay { messages: 5, octets: 50, ..day(TODAY) }]);
    Ok(())
}

pub async fn many_who_count_at_one_moment_lose_nothing(w: &World) -> Result<()> {
    w.writes_at_twin(&["usage_active", "usage_days", "usage_sent"]);
    let writers = (0..8).map(|_| async {
        for _ in 0..10 {
            count(w, &[sent(w.site, TODAY, 1, 3), sent(w.twin, TODAY, 1, 1)]).await?;
        }
        anyhow::Ok(())
    });
    let settlers = (0..2).map(|_| async {
        for _ in 0..5 {
            // As if these days were long over.
            admin(w).settle_usage(at(TODAY + 2), 1_000).await?;
        }
        anyhow::Ok(())
    });
    let (written, settled) =
        futures::join!(futures::future::try_join_all(writers), futures::future::try_join_all(settlers));
    written?;
    settled?;
    assert_eq!(days(w, w.site).await?, [UsageDay { messages: 80, octets: 240, ..day(TODAY) }]);
    assert_eq!(days(w, w.twin).await?, [UsageDay { messages: 80, octets: 80, ..day(TODAY) }]);
    Ok(())
}

pub async fn a_member_is_active_once_a_day_by_whatever_node_and_link(w: &World) -> Result<()> {
    log_in(w, at(TODAY - 1), &[0, 1]).await?;
    // Alice by two nodes, twice by one of them; Bob once.
    log_in(w, at(TODAY), &[0, 1, 1, 2]).await?;
    assert_eq!(
        days(w, w.site).await?,
        [UsageDay { active: 1, ..day(TODAY - 1) }, UsageDay { active: 2, ..day(TODAY) }]
    );
    Ok(())
}

pub async fn who_stays_connected_over_midnight_is_active_once_looked_at(w: &World) -> Result<()> {
    w.writes_at_twin(&["usage_active", "usage_days", "usage_sent"]);
    log_in(w, at(TODAY - 1), &[0, 1, 2]).await?;
    log_in(w, at(TODAY), &[0]).await?;
    assert_eq!(
        admin(w).look_at_connected(at(TODAY), 10).await?,
        3,
        "Bob and two of the twin, Alice was noted"
    );
    assert_eq!(admin(w).look_at_connected(at(TODAY), 10).await?, 0);
    let today = days(w, w.site).await?.pop().context("a day")?;
    assert_eq!(today, UsageDay { active: 2, ..day(TODAY) });
    Ok(())
}

pub async fn the_most_links_of_a_day_are_kept_and_members_as_last_counted(w: &World) -> Result<()> {
    w.writes_at_twin(&["usage_active", "usage_days", "usage_sent"]);
    log_in(w, at(TODAY), &[0, 1, 3]).await?;
    admin(w).look_at_links(at(TODAY)).await?;
    let mut tx = w.tx().await?;
    tx.end_sessions(&[w.session_of(w.nodes[3], 1)]).await?;
    tx.commit().await?;
    admin(w).look_at_links(at(TODAY)).await?;
    admin(w).look_at_members(at(TODAY)).await?;
    let mut change = admin(w).begin().await?;
    change.remove_member(&scope(w, w.site).await?, "bob").await?;
    change.commit().await?;
    admin(w).look_at_members(at(TODAY)).await?;
    let today = days(w, w.site).await?.pop().context("a day")?;
    assert_eq!((today.links_peak, today.members), (3, 1));
    assert_eq!(days(w, w.twin).await?.pop().map(|today| today.members), Some(2));
    Ok(())
}

pub async fn what_is_settled_says_the_same_and_what_is_old_is_forgotten(w: &World) -> Result<()> {
    let last = TODAY - USAGE_DAYS;
    for on in [last, TODAY - 2, TODAY - 1, TODAY] {
        count(w, &[sent(w.site, on, 4, 40)]).await?;
        log_in(w, at(on), &[0, 2]).await?;
    }
    let before = days(w, w.site).await?;
    assert_eq!(before.len(), 4);
    assert!(before.iter().all(|it| (it.messages, it.octets, it.active) == (4, 40, 2)), "{before:?}");
    while admin(w).settle_usage(at(TODAY), 1).await? > 0 {}
    assert_eq!(days(w, w.site).await?, before);
    let waiting = |table: &str| format!("SELECT count(*) FROM {table} WHERE site = {}", w.site.0);
    assert_eq!(w.peek.count(&waiting("usage_sent")).await?, 2, "yesterday and today");
    assert_eq!(w.peek.count(&waiting("usage_active")).await?, 4);
    // What comes late for a settled day is added.
    count(w, &[sent(w.site, TODAY - 2, 1, 1)]).await?;
    assert_eq!(admin(w).settle_usage(at(TODAY), 10).await?, 1);
    assert_eq!(days(w, w.site).await?[1].messages, 5);
    while admin(w).forget_usage(at(TODAY), 1).await? > 0 {}
    assert_eq!(days(w, w.site).await?.first().map(|it| it.day), Some(TODAY - 2));
    Ok(())
}

pub async fn how_long_messages_took_is_added_to_their_own_site_and_day(w: &World) -> Result<()> {
    w.writes_at_twin(&["usage_days"]);
    let took = |site, day, counts| Deliveries { site, day, latency: Latency(counts) };
    let nobodys = SiteId(4711);
    w.store.count_deliveries(&[]).await?;
    w.store
        .count_deliveries(&[
            took(w.site, TODAY - 1, [1, 2, 3, 4, 5, 6]),
            took(w.site, TODAY, [1, 0, 0, 0, 0, 0]),
            took(w.twin, TODAY, [7, 0, 0, 0, 0, 0]),
            took(nobodys, TODAY, [9, 0, 0, 0, 0, 0]),
        ])
        .await?;
    count(w, &[sent(w.site, TODAY, 2, 10)]).await?;
    w.store.count_deliveries(&[took(w.site, TODAY, [1, 1, 0, 0, 0, 0])]).await?;
    let yesterday = UsageDay { latency: Latency([1, 2, 3, 4, 5, 6]), ..day(TODAY - 1) };
    let latency = Latency([2, 1, 0, 0, 0, 0]);
    let today = UsageDay { messages: 2, octets: 10, latency, ..day(TODAY) };
    assert_eq!(days(w, w.site).await?, [yesterday, today]);
    let figures = admin(w).view().await?.figures(&scope(w, w.site).await?, TODAY).await?;
    assert_eq!((figures.messages_today, figures.latency_today), (2, latency));
    let all = admin(w).view().await?.org_usage(OrgId::DEFAULT, &(TODAY..=TODAY)).await?;
    assert_eq!(all[0].latency, Latency([9, 1, 0, 0, 0, 0]));
    let kept = format!("SELECT count(*) FROM usage_days WHERE site = {}", nobodys.0);
    assert_eq!(w.peek.count(&kept).await?, 0, "there is no such site here");
    Ok(())
}

pub async fn an_organizations_usage_is_that_of_its_own_sites_together(w: &World) -> Result<()> {
    w.writes_at_twin(&["usage_active", "usage_days", "usage_sent"]);
    let (org, site) = second(w).await?;
    let all = [sent(w.site, TODAY, 1, 1), sent(w.twin, TODAY, 2, 2), sent(site.site.id, TODAY, 4, 4)];
    count(w, &all).await?;
    let mut view = admin(w).view().await?;
    let ours = view.org_usage(OrgId::DEFAULT, &(TODAY..=TODAY)).await?;
    assert_eq!(ours, [UsageDay { messages: 3, octets: 3, ..day(TODAY) }]);
    let theirs = view.org_usage(org.id, &(TODAY..=TODAY)).await?;
    assert_eq!(theirs, [UsageDay { messages: 4, octets: 4, ..day(TODAY) }]);
    assert_eq!(view.org_usage(org.id, &(TODAY + 1..=TODAY + 9)).await?, []);
    Ok(())
}
