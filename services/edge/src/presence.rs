//! Sets right who is online, for clients that may not have been told: words about that go over the bus alone.

use std::{convert::Infallible, sync::Arc, time::Duration};

use tmtp_grpc::delivery::OnlineRequest;
use tokio::time::sleep;

use crate::{
    edge::Shared,
    session::Session,
    upstream::{CALL_LIMIT, Failure, How},
};

/// Most sessions asked about in one call.
const BATCH: usize = 100;
/// Until it is tried again: where delivery could not be asked, or another word came meanwhile.
const AGAIN: Duration = Duration::from_secs(1);

/// Sets it right whenever hints were lost, for as long as the edge lives.
pub async fn repair(edge: Arc<Shared>) -> Result<Infallible, crate::Error> {
    loop {
        edge.presence_lost.notified().await;
        while !repair_all(&edge).await {
            sleep(AGAIN).await;
        }
    }
}

/// Whether no session is left in doubt.
async fn repair_all(edge: &Shared) -> bool {
    let in_doubt = |session: Arc<Session>| Some((session.contacts_in_doubt()?, session));
    let doubtful: Vec<_> = edge.registry.all().into_iter().filter_map(in_doubt).collect();
    let mut is_done = true;
    for some in doubtful.chunks(BATCH) {
        match repair_some(edge, some).await {
            Ok(all) => is_done &= all,
            Err(Failure::Unreachable(why)) => {
                tracing::info!(why, "who is online is not known yet");
                return false;
            }
            // A delivery process of the release before does not know the question.
            Err(refused) => tracing::debug!(%refused, "who is online cannot be asked"),
        }
    }
    is_done
}

async fn repair_some(edge: &Shared, some: &[(u64, Arc<Session>)]) -> Result<bool, Failure> {
    let sessions = some.iter().map(|(_, session)| session.id().clone()).collect();
    let call = edge.upstream.call(
        How::for_edge(CALL_LIMIT),
        OnlineRequest { sessions },
        |mut client, request| async move { client.online(request).await },
    );
    let reply = call.await?;
    let told = some
        .iter()
        .zip(reply.members)
        .map(|((words, session), members)| !members.absent && session.set_right(members.uids, *words));
    Ok(told.fold(true, |all, one| all & one))
}
