//! Batches: requests recorded and messages added in one go, where what is believed holds.

use std::time::Duration;

use anyhow::{Context as _, Result, bail};
use tmtp_store::{
    Batch, Believed, Body, Committed, Connected, MemberKey, NewEntry, NewMessage, NodeAcks, NodeId,
    RequestClaim, RequestKey, Sent, Session, SiteId, Standing, Store, admin::UsageDay,
};
use tmtp_wire::{MsgId, Posted};
use tokio::time::timeout;

use crate::{
    admin::{admin, scope},
    world::{SOON, World, ids, new_node},
};

const DAY_MS: i64 = 86_400_000;

/// Everybody at the site, as it is.
pub fn everybody(w: &World) -> Vec<Believed> {
    let [a1, a2, b1, b2] = w.nodes;
    let believed = |uid, nodes| Believed { member: w.member(uid), nodes };
    vec![believed("alice", vec![a1, a2]), believed("bob", vec![b1, b2])]
}

/// Requests of nodes with the digests 1, 2.., each of which makes one message for some nodes.
pub struct Requests {
    claims: Vec<RequestClaim>,
    messages: Vec<NewMessage>,
    entries: Vec<NewEntry>,
}

impl Requests {
    pub fn of(w: &World, node: NodeId, first_id: u64, receivers: &[&[NodeId]]) -> Self {
        let ids = || (first_id..).take(receivers.len());
        let claims = (1..).zip(ids()).map(|(digest, id)| w.claim(node, digest, id)).collect();
        let entry = |(message, nodes): (usize, &&[NodeId])| {
            nodes.iter().map(|node| NewEntry { message, node: *node }).collect::<Vec<_>>()
        };
        let entries = receivers.iter().enumerate().flat_map(entry).collect();
        Self { claims, messages: ids().map(|id| w.message(id)).collect(), entries }
    }

    pub async fn post(&self, w: &World, believed: &[Believed], refused: &[usize]) -> Result<Committed> {
        Ok(self.post_by(&*w.store, w, believed, refused).await?)
    }

    pub async fn post_by(
        &self,
        store: &dyn Store,
        w: &World,
        believed: &[Believed],
        refused: &[usize],
    ) -> tmtp_store::Result<Committed> {
        let wanted = |message: &usize| !refused.contains(message);
        let claim_of: Vec<usize> = (0..self.messages.len()).filter(wanted).collect();
        let messages: Vec<_> = claim_of.iter().map(|at| self.messages[*at].clone()).collect();
        let place = |entry: &NewEntry| {
            let message = claim_of.iter().position(|at| *at == entry.message)?;
            Some(NewEntry { message, node: entry.node })
        };
        let entries: Vec<_> = self.entries.iter().filter_map(place).collect();
        let (claims, messages, entries) = (&self.claims, &messages, &entries);
        let sent =
            |claim: &usize| (*claim, Sent { site: w.site, posted: Posted(DAY_MS), messages: 1, octets: 10 });
        let sent: Vec<_> = claim_of.iter().map(sent).collect();
        let batch = Batch { believed, claims, refused, messages, claim_of: &claim_of, entries, sent: &sent };
        store.post(&batch).await
    }

    /// What was recorded before, and the nodes that are connected, in ascending order.
    async fn done(&self, w: &World, refused: &[usize]) -> Result<(Vec<Option<u64>>, Vec<NodeId>)> {
        let Committed::Done { before, mut connected } = self.post(w, &everybody(w), refused).await? else {
            bail!("stale")
        };
        connected.sort_by_key(|it| it.node);
        let before = before.into_iter().map(|it| it.map(|recorded| recorded.id.0));
        Ok((before.collect(), connected.into_iter().map(|it| it.node).collect()))
    }
}

pub async fn a_batch_is_committed_and_tells_who_is_connected(w: &World) -> Result<()> {
    let [a1, a2, b1, b2] = w.nodes;
    let session = w.login(b1).await?;
    let requests = Requests::of(w, a1, 100, &[&[b1, a2], &[b1, b2, b1]]);
    let Committed::Done { before, connected } = requests.post(w, &everybody(w), &[]).await? else {
        bail!("stale")
    };
    assert_eq!(before, [None, None]);
    let (site, node, edge, epoch) = (w.site, b1, "edge-1".to_owned(), session.epoch);
    assert_eq!(connected, [Connected { site, node, edge, epoch, hints_lost: false }]);
    assert_eq!(w.waiting(&session).await?, [100, 101]);
    assert_eq!(w.left().await?, (2, 4));
    w.check_counts().await?;
    // Nothing at all is a batch, too.
    assert_eq!(Requests::of(w, a1, 1, &[]).done(w, &[]).await?, (vec![], vec![]));
    Ok(())
}

pub async fn a_batch_tells_that_hints_were_lost_a_short_time_ago(w: &World) -> Result<()> {
    let [a1, _, b1, _] = w.nodes;
    w.login(b1).await?;
    let believed = everybody(w);
    for (first_id, lost) in [(100, false), (200, true)] {
        let mut requests = Requests::of(w, a1, first_id, &[&[b1]]);
        requests.claims[0].acked_through = MsgId(first_id - 1);
        let Committed::Done { connected, .. } = requests.post(w, &believed, &[]).await? else {
            bail!("stale")
        };
        assert_eq!(connected.iter().map(|it| it.hints_lost).collect::<Vec<_>>(), [lost]);
        w.store.note_lost_hints(Duration::from_secs(100)).await?;
    }
    Ok(())
}

pub async fn only_new_requests_of_a_batch_are_counted(w: &World) -> Result<()> {
    let [a1, _, b1, _] = w.nodes;
    Requests::of(w, a1, 100, &[&[b1]]).done(w, &[]).await?;
    Requests::of(w, a1, 200, &[&[b1], &[b1], &[b1]]).done(w, &[1]).await?;
    let scope = scope(w, w.site).await?;
    let days = admin(w).view().await?.usage(&scope, &(1..=1)).await?;
    assert_eq!(days, [UsageDay { day: 1, messages: 2, octets: 20, ..UsageDay::default() }]);
    Ok(())
}

pub async fn a_request_recorded_before_makes_no_message_again(w: &World) -> Result<()> {
    let [a1, a2, b1, b2] = w.nodes;
    for node in [a2, b1, b2] {
        w.login(node).await?;
    }
    Requests::of(w, a1, 100, &[&[b1]]).done(w, &[]).await?;
    // The first of these is known, the second is not.
    let again = Requests::of(w, a1, 200, &[&[b1], &[b1, b2]]);
    assert_eq!(again.done(w, &[]).await?.0, [Some(100), None]);
    let again = Requests::of(w, a1, 300, &[&[b1], &[b1, b2]]);
    assert_eq!(again.done(w, &[]).await?.0, [Some(100), Some(201)]);
    assert_eq!(w.waiting(&w.login(b1).await?).await?, [100, 201]);
    assert_eq!(w.left().await?, (2, 3));
    // Acked in its session, it is meant once more.
    let mut meant = Requests::of(w, a1, 400, &[&[b1]]);
    meant.claims[0].acked_through = MsgId(100);
    assert_eq!(meant.done(w, &[]).await?, (vec![None], vec![b1]));
    w.check_counts().await
}

pub async fn a_refused_request_leaves_no_record_and_is_told_of_one(w: &World) -> Result<()> {
    let [a1, _, b1, _] = w.nodes;
    let requests = Requests::of(w, a1, 100, &[&[b1], &[b1]]);
    assert_eq!(requests.done(w, &[0]).await?.0, [None, None]);
    assert_eq!(w.left().await?, (1, 1));
    let again = Requests::of(w, a1, 200, &[&[b1], &[b1]]);
    assert_eq!(again.done(w, &[0, 1]).await?.0, [None, Some(101)], "the first left no record");
    assert_eq!(again.done(w, &[]).await?.0, [None, Some(101)]);
    assert_eq!(w.left().await?, (2, 2));
    Ok(())
}

pub async fn a_batch_on_a_wrong_belief_does_nothing(w: &World) -> Result<()> {
    let [a1, a2, b1, b2] = w.nodes;
    let requests = Requests::of(w, a1, 100, &[&[b1]]);
    let believed = |uid, nodes: &[NodeId]| Believed { member: w.member(uid), nodes: nodes.to_vec() };
    let alice = believed("alice", &[a1, a2]);
    let wrong = [
        vec![alice.clone(), believed("bob", &[b1])],
        vec![alice.clone(), believed("bob", &[])],
        vec![alice.clone(), believed("bob", &[b1, b2, NodeId(b2.0 + 1000)])],
        vec![believed("alice", &[b1, b2]), believed("bob", &[a1, a2])],
        vec![alice.clone(), believed("bob", &[b1, b2]), believed("nobody", &[])],
    ];
    for believed in wrong {
        assert_eq!(requests.post(w, &believed, &[]).await?, Committed::Stale, "{believed:?}");
    }
    let mut tx = w.tx().await?;
    assert!(tx.suspend_member(&w.member("bob"), true).await?);
    tx.commit().await?;
    assert_eq!(requests.post(w, &everybody(w), &[]).await?, Committed::Stale, "bob is suspended");
    let mut tx = w.tx().await?;
    tx.suspend_member(&w.member("bob"), false).await?;
    tx.revoke_node(w.site, a2).await?;
    tx.commit().await?;
    assert_eq!(requests.post(w, &everybody(w), &[]).await?, Committed::Stale, "a node was revoked");
    assert_eq!(w.left().await?, (0, 0));
    let right = [believed("alice", &[a1]), believed("bob", &[b1, b2])];
    let connected = Vec::new();
    let done = Committed::Done { before: vec![None], connected };
    assert_eq!(requests.post(w, &right, &[]).await?, done, "nothing was recorded");
    Ok(())
}

pub async fn a_batch_waits_for_whoever_adds_a_node_and_is_stale_then(w: &World) -> Result<()> {
    let [a1, _, b1, _] = w.nodes;
    let requests = Requests::of(w, a1, 100, &[&[b1]]);
    let believed = everybody(w);
    let mut adding = w.tx().await?;
    adding.seize_nodes(w.site).await?;
    adding.add_node(&new_node(&w.member("bob"), "tablet")).await?;
    let mut posting = Box::pin(requests.post(w, &believed, &[]));
    w.waits(&mut posting).await?;
    adding.commit().await?;
    assert_eq!(timeout(SOON, posting).await??, Committed::Stale);
    assert_eq!(w.left().await?, (0, 0));
    Ok(())
}

pub async fn a_batch_that_fails_half_way_leaves_nothing(w: &World) -> Result<()> {
    let [a1, _, b1, _] = w.nodes;
    let mut requests = Requests::of(w, a1, 100, &[&[b1], &[b1]]);
    // Two messages cannot have one id; the first is fine.
    requests.messages[1].id = requests.messages[0].id;
    requests.post(w, &everybody(w), &[]).await.err().context("two messages have one id")?;
    assert_eq!(w.left().await?, (0, 0));
    let recorded = format!("SELECT count(*) FROM requests WHERE site = {}", w.site.0);
    assert_eq!(w.peek.count(&recorded).await?, 0);
    let scope = scope(w, w.site).await?;
    assert_eq!(admin(w).view().await?.usage(&scope, &(1..=100)).await?, []);
    let again = Requests::of(w, a1, 100, &[&[b1], &[b1]]);
    assert_eq!(again.done(w, &[]).await?.0, [None, None]);
    assert_eq!(w.left().await?, (2, 2));
    w.check_counts().await
}

/// The same node, of another site.
fn elsewhere(site: SiteId, session: Session) -> Session {
    Session { site, ..session }
}

async fn login_at(w: &World, site: SiteId, node: NodeId, edge: &str) -> Result<Session> {
    let mut tx = w.store.begin(&[site]).await?;
    let begun = tx.begin_session(site, node, edge, 5).await?;
    tx.commit().await?;
    Ok(elsewhere(site, w.session_of(node, begun.epoch)))
}

pub async fn a_batch_of_two_sites_answers_each_for_itself(w: &World) -> Result<()> {
    let [a1, _, b1, _] = w.nodes;
    let sister = w.sister().await?;
    login_at(w, sister, b1, "edge-2").await?;
    let (here, there) = (w.login(b1).await?, login_at(w, sister, b1, "edge-2").await?);
    assert!(here.epoch != there.epoch);
    // The same node asks for the same at both, under the same ids; at the one it was answered before.
    let at_sister = |digest, id| {
        let claim = w.claim(a1, digest, id);
        RequestClaim { key: RequestKey { site: sister, ..claim.key }, ..claim }
    };
    let mut tx = w.store.begin(&[sister]).await?;
    assert_eq!(tx.claim_requests(&[at_sister(1, 50)]).await?, [None]);
    tx.commit().await?;
    let claims = [w.claim(a1, 1, 100), w.claim(a1, 2, 101), at_sister(1, 100), at_sister(2, 101)];
    let ours = [w.message(100), w.message(101)];
    let theirs = ours.clone().map(|message| NewMessage { site: sister, ..message });
    let messages = [ours, theirs].concat();
    let entries: Vec<_> = (0..4).map(|message| NewEntry { message, node: b1 }).collect();
    let mut believed = everybody(w);
    believed.extend(
        everybody(w)
            .into_iter()
            .map(|one| Believed { member: MemberKey { site: sister, ..one.member }, nodes: one.nodes }),
    );
    let sent = |claim: usize| {
        let site = claims[claim].key.site;
        (claim, Sent { site, posted: Posted(DAY_MS), messages: 1, octets: 10 })
    };
    let sent: Vec<_> = (0..4).map(sent).collect();
    let (claim_of, refused) = (&[0, 1, 2, 3], &[]);
    let batch = Batch {
        believed: &believed,
        claims: &claims,
        refused,
        messages: &messages,
        claim_of,
        entries: &entries,
        sent: &sent,
    };
    let Committed::Done { before, mut connected } = w.store.post(&batch).await? else { bail!("stale") };
    assert_eq!(
        before.iter().map(|it| it.map(|it| it.id.0)).collect::<Vec<_>>(),
        [None, None, Some(50), None]
    );
    connected.sort_by_key(|it| it.site);
    let at = |session: &Session, edge: &str| Connected {
        site: session.site,
        node: b1,
        edge: edge.to_owned(),
        epoch: session.epoch,
        hints_lost: false,
    };
    assert_eq!(connected, [at(&here, "edge-1"), at(&there, "edge-2")]);
    assert_eq!((w.waiting(&here).await?, w.waiting(&there).await?), (vec![100, 101], vec![101]));
    let days = admin(w).view().await?.usage(&scope(w, sister).await?, &(1..=1)).await?;
    assert_eq!(days[0].messages, 1);
    w.check_counts().await
}

pub async fn one_call_for_two_sites_answers_each_for_itself(w: &World) -> Result<()> {
    let node = w.nodes[0];
    let sister = w.sister().await?;
    let (old, here) = (w.login(node).await?, w.login(node).await?);
    let there = login_at(w, sister, node, "edge-2").await?;
    w.post(&[1, 2, 3], &[node]).await?;
    let theirs: Vec<_> = [1, 2, 3].map(|id| NewMessage { site: sister, ..w.message(id) }).into();
    w.post_all(&theirs, &[node]).await?;
    let acks = |session: &Session, id| NodeAcks { session: session.clone(), ids: vec![MsgId(id)] };
    w.store.ack(&[acks(&there, 1), acks(&here, 2)]).await?;
    let pages = w.store.queues(&[w.read(&there), w.read(&here), w.read(&old)]).await?;
    let seen: Vec<_> = pages.iter().map(|page| (ids(page), page.fenced)).collect();
    assert_eq!(seen, [(vec![2, 3], false), (vec![1, 3], false), (vec![], true)]);

    let mut connected = w.store.connected(&[(sister, node), (w.site, node)]).await?;
    connected.sort_by_key(|it| it.site);
    let shown: Vec<_> = connected.iter().map(|it| (it.site, it.edge.as_str(), it.epoch)).collect();
    assert_eq!(shown, [(w.site, "edge-1", here.epoch), (sister, "edge-2", there.epoch)]);
    // Epoch 1 is the newest there, and was the first here.
    let sessions = [there.clone(), elsewhere(w.site, there), here];
    let standings = w.store.standings("edge-1", &sessions).await?;
    assert_eq!(standings, [Standing::Waiting, Standing::Fenced, Standing::Waiting]);
    w.check_counts().await
}

pub async fn messages_of_any_kind_come_out_as_they_went_in(w: &World) -> Result<()> {
    let [a1, _, b1, _] = w.nodes;
    let mut requests = Requests::of(w, a1, 100, &[&[b1], &[b1], &[b1], &[b1]]);
    requests.messages[1].body = Body::Inline(bytes::Bytes::new());
    requests.messages[2].body = Body::Blob { key: "1/\"key\"".to_owned(), octets: 1 << 40 };
    requests.messages[3] = NewMessage {
        urgent: true,
        body: Body::Inline((0..=255).collect::<Vec<u8>>().into()),
        posted: Posted(i64::MAX),
        ..requests.messages[3].clone()
    };
    requests.done(w, &[]).await?;
    let session = w.login(b1).await?;
    let page = w.page(w.read(&session)).await?;
    let seen: Vec<_> = page.entries.iter().map(|it| (it.id.0, it.urgent, &it.head, &it.body)).collect();
    let sent = |at: usize| {
        let it = &requests.messages[at];
        (it.id.0, it.urgent, &it.head, &it.body)
    };
    assert_eq!(seen, [sent(3), sent(0), sent(1), sent(2)]);
    let again = Requests::of(w, a1, 200, &[&[b1]]);
    let Committed::Done { before, .. } = again.post(w, &everybody(w), &[]).await? else { bail!("stale") };
    assert_eq!(before, [Some(requests.claims[0].recorded)]);
    Ok(())
}
