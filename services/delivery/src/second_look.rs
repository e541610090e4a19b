//! A second look, shortly after a login.
//!
//! A transaction that ran beside the login may have read the node as not connected, and committed after the login
//! had read what it tells the client: somebody who was named as online has left, and nobody said so.

use std::{collections::HashSet, sync::Arc, time::Duration};

use tmtp_store::{MemberKey, Node, Session};

use crate::{core::Core, fanout::Fanout, fault::Fault};

/// Most transactions are over by then.
const LATER: Duration = Duration::from_millis(500);

/// Looks again at what this session was told.
pub(crate) fn later(core: &Arc<Core>, session: Session, edge: String, told: Vec<String>) {
    if told.is_empty() {
        return;
    }
    let look = look(core.clone(), session, edge, told);
    core.turns.tracker.spawn(async move {
        tokio::time::sleep(LATER).await;
        if let Err(fault) = look.await {
            tracing::debug!(?fault, "no second look at a login");
        }
    });
}

async fn look(core: Arc<Core>, session: Session, edge: String, told: Vec<String>) -> Result<(), Fault> {
    let node = Node { site: session.site, uid: session.uid.clone(), node: session.node, edge: Some(edge) };
    let mut fanout = Fanout::default();
    for uid in gone(&core, session, told).await? {
        fanout.ohi(&node, &uid, false);
    }
    fanout.publish(&core.telling);
    Ok(())
}

/// Who was named as online and is not any more.
async fn gone(core: &Arc<Core>, session: Session, told: Vec<String>) -> Result<Vec<String>, Fault> {
    let member = MemberKey { site: session.site, uid: session.uid };
    let online = core.transact(move |core| {
        let member = member.clone();
        async move { Ok(core.store.begin(&[member.site]).await?.ohi_from(&member).await?) }
    });
    let online: HashSet<String> = online.await?.into_iter().collect();
    Ok(told.into_iter().filter(|uid| !online.contains(uid)).collect())
}
