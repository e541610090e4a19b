//! Sends acks to delivery: all that came while the last call was under way go in one.

use std::{collections::HashMap, convert::Infallible, sync::Arc, time::Duration};

use tmtp_grpc::delivery::{AckRequest, NodeAcks, Session};
use tmtp_platform::Backoff;
use tokio::{sync::mpsc, time::sleep};

use crate::{edge::Shared, upstream::Failure};

/// Acks that wait for the call under way; beyond it reading waits.
const QUEUE: usize = 16 * 1024;
/// Most acks in one call.
const BATCH: usize = 2048;

/// An ack, and the session that it came by.
#[derive(Debug)]
pub struct Acked {
    pub session: Session,
    pub id: u64,
}

/// Where sessions leave their acks.
#[derive(Debug)]
pub struct Acks(mpsc::Sender<Acked>);

impl Acks {
    pub fn new() -> (Self, mpsc::Receiver<Acked>) {
        let (sender, receiver) = mpsc::channel(QUEUE);
        (Self(sender), receiver)
    }

    /// Passes an ack on; waits when too many wait already.
    pub async fn send(&self, acked: Acked) {
        if self.0.send(acked).await.is_err() {
            tracing::debug!("ack dropped: the edge is ending");
        }
    }
}

/// Passes acks on for as long as the edge lives.
pub async fn run(edge: Arc<Shared>, mut acks: mpsc::Receiver<Acked>) -> Result<Infallible, crate::Error> {
    let mut batch = Vec::new();
    while acks.recv_many(&mut batch, BATCH).await > 0 {
        let nodes = by_session(batch.drain(..));
        send(&edge, &nodes).await;
        for node in &nodes {
            let session = node.session.as_ref().and_then(|id| edge.registry.get(id.site, id.node));
            if let Some(session) = session {
                session.settle(&node.ids);
            }
        }
    }
    Err(crate::Error::Task("acks"))
}

fn by_session(acks: impl Iterator<Item = Acked>) -> Vec<NodeAcks> {
    let mut nodes: HashMap<(i64, i64, i64), NodeAcks> = HashMap::new();
    for Acked { session, id } in acks {
        let node = nodes
            .entry((session.site, session.node, session.epoch))
            .or_insert_with(|| NodeAcks { session: Some(session), ids: Vec::new() });
        node.ids.push(id);
    }
    nodes.into_values().collect()
}

/// Tries until it is done: an ack that was received must take effect.
async fn send(edge: &Shared, nodes: &[NodeAcks]) {
    let mut backoff = Backoff::new(Duration::from_millis(50), Duration::from_secs(2));
    loop {
        let request = AckRequest { nodes: nodes.to_vec() };
        match edge
            .upstream
            .call(request, |mut client, request| async move { client.ack(request).await })
            .await
        {
            Ok(_) => return,
            Err(Failure::Refused(status)) => {
                tracing::error!(%status, "delivery refused acks; their messages will be sent again");
                return;
            }
            Err(Failure::Unreachable(why)) => tracing::info!(why, "acks not taken yet"),
        }
        sleep(backoff.next_wait()).await;
    }
}
