//! Sends acks to delivery: all that came while the last call was under way go in one.

use std::{
    collections::HashMap,
    convert::Infallible,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering::AcqRel, Ordering::Acquire},
    },
    time::Duration,
};

use tmtp_grpc::delivery::{AckRequest, NodeAcks, Session};
use tmtp_platform::Backoff;
use tokio::{
    sync::{Notify, mpsc},
    time::sleep,
};

use crate::{
    edge::Shared,
    registry::Registry,
    upstream::{CALL_LIMIT, Failure, How},
};

/// Acks that wait for the call under way; beyond it reading waits.
const QUEUE: usize = 16 * 1024;
/// Acks of a site that were not taken while others were are tried again after this.
const AGAIN: Duration = Duration::from_millis(200);
/// Most acks in one call.
const BATCH: usize = 2048;

/// An ack, and the session that it came by.
#[derive(Debug)]
pub struct Acked {
    pub session: Session,
    /// When that began.
    pub since: u64,
    pub id: u64,
}

/// Where sessions leave their acks.
#[derive(Debug)]
pub struct Acks {
    queue: mpsc::Sender<Acked>,
    /// Queued, or in the call under way.
    unsettled: AtomicUsize,
    settled: Notify,
}

impl Acks {
    pub fn new() -> (Self, mpsc::Receiver<Acked>) {
        let (sender, receiver) = mpsc::channel(QUEUE);
        (Self { queue: sender, unsettled: AtomicUsize::new(0), settled: Notify::new() }, receiver)
    }

    /// Passes an ack on; waits when too many wait already.
    pub async fn send(&self, acked: Acked) {
        match self.queue.reserve().await {
            Ok(place) => {
                self.unsettled.fetch_add(1, AcqRel);
                place.send(acked);
            }
            Err(_) => tracing::debug!("ack dropped: the edge is ending"),
        }
    }

    /// Waits until delivery has all that were passed on.
    pub async fn all_settled(&self) {
        loop {
            let settled = self.settled.notified();
            if self.unsettled.load(Acquire) == 0 {
                return;
            }
            settled.await;
        }
    }

    fn settle(&self, count: usize) {
        self.unsettled.fetch_sub(count, AcqRel);
        self.settled.notify_waiters();
    }
}

/// Passes acks on for as long as the edge lives.
pub async fn run(edge: Arc<Shared>, mut acks: mpsc::Receiver<Acked>) -> Result<Infallible, crate::Error> {
    let mut batch = Vec::new();
    while acks.recv_many(&mut batch, BATCH).await > 0 {
        let nodes = by_session(batch.drain(..));
        let later = send(&edge, &nodes).await;
        let (nodes, rest): (Vec<_>, Vec<_>) = nodes.into_iter().partition(|node| !is_at(node, &later));
        done(&edge, &nodes);
        for site in later {
            let (edge, nodes) =
                (Arc::clone(&edge), rest.iter().filter(|node| is_at(node, &[site])).cloned().collect());
            tokio::spawn(again(edge, nodes));
        }
    }
    Err(crate::Error::Task("acks"))
}

fn is_at(node: &NodeAcks, sites: &[i64]) -> bool {
    node.session.as_ref().is_some_and(|session| sites.contains(&session.site))
}

/// Acks of one site, by themselves until they are taken, so that they hold up nobody else's. There are never more under way
/// than sessions have in their windows.
async fn again(edge: Arc<Shared>, nodes: Vec<NodeAcks>) {
    sleep(AGAIN).await;
    send(&edge, &nodes).await;
    done(&edge, &nodes);
}

fn done(edge: &Shared, nodes: &[NodeAcks]) {
    nodes.iter().for_each(|node| settle(&edge.registry, node));
    edge.acks.settle(nodes.iter().map(|node| node.ids.len()).sum());
}

/// Tells the very session that they came by; its successor has acks of its own under way.
fn settle(registry: &Registry, node: &NodeAcks) {
    let Some(id) = &node.session else { return };
    if let Some(session) = registry.get(id.site, id.node).filter(|session| session.epoch() == id.epoch) {
        session.settle(&node.ids);
    }
}

fn by_session(acks: impl Iterator<Item = Acked>) -> Vec<NodeAcks> {
    let mut nodes: HashMap<(i64, i64, i64), NodeAcks> = HashMap::new();
    for Acked { session, since, id } in acks {
        let node = nodes.entry((session.site, session.node, session.epoch)).or_insert_with(|| NodeAcks {
            session: Some(session),
            ids: Vec::new(),
            since,
        });
        node.ids.push(id);
    }
    nodes.into_values().collect()
}

/// Tries until it is done: an ack that was received must take effect. Returns the sites whose database is away while that of
/// others is not.
async fn send(edge: &Shared, nodes: &[NodeAcks]) -> Vec<i64> {
    let mut backoff = Backoff::new(Duration::from_millis(50), Duration::from_secs(2));
    loop {
        let request = AckRequest { nodes: nodes.to_vec() };
        match edge
            .upstream
            .call(How::for_edge(CALL_LIMIT), request, |mut client, request| async move {
                client.ack(request).await
            })
            .await
        {
            Ok(reply) => return reply.later,
            Err(Failure::Refused(status)) => {
                tracing::error!(%status, "delivery refused acks; their messages will be sent again");
                return Vec::new();
            }
            Err(Failure::Unreachable(why)) => tracing::info!(why, "acks not taken yet"),
        }
        sleep(backoff.next_wait()).await;
    }
}

#[cfg(test)]
mod tests {
    use tokio::time::timeout;

    use super::*;
    use crate::session::Session as Held;

    fn session(epoch: i64) -> Session {
        Session { site: 1, node: 2, epoch, uid: "uid".to_owned() }
    }

    #[tokio::test(start_paused = true)]
    async fn acks_of_a_former_session_do_not_settle_those_of_its_successor() {
        let registry = Registry::default();
        let held = Arc::new(Held::new(session(4), 8, Duration::from_secs(30)));
        registry.insert(Arc::clone(&held));
        assert!(held.acked(7));
        let settled = || timeout(Duration::from_secs(1), held.all_settled());
        settle(&registry, &NodeAcks { session: Some(session(3)), ids: vec![7], since: 0 });
        assert!(settled().await.is_err());
        settle(&registry, &NodeAcks { session: Some(session(4)), ids: vec![7], since: 0 });
        assert!(settled().await.is_ok());
    }

    #[tokio::test(start_paused = true)]
    async fn acks_are_not_settled_before_delivery_has_them() {
        let (acks, mut queue) = Acks::new();
        acks.send(Acked { session: session(1), since: 0, id: 7 }).await;
        assert!(queue.recv().await.is_some());
        assert!(timeout(Duration::from_secs(1), acks.all_settled()).await.is_err());
        acks.settle(1);
        acks.all_settled().await;
    }
}
