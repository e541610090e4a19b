//! Sets right who is online, for clients that may not have been told: words about that go over the bus alone.

use std::{convert::Infallible, sync::Arc, time::Duration};

use tmtp_grpc::delivery::OnlineRequest;
use tmtp_platform::Backoff;
use tokio::time::sleep;

use crate::{
    edge::Shared,
    session::Session,
    upstream::{Failure, How},
};

/// Most sessions asked about in one call.
const BATCH: usize = 100;
/// How long a call may take: one that leads to a database which is away holds up the others.
const LIMIT: Duration = Duration::from_secs(4);
/// Until it is tried again, where delivery could not be asked or another word came meanwhile; more and more.
const AGAIN: [Duration; 2] = [Duration::from_secs(1), Duration::from_secs(30)];
/// How often it is looked who is in doubt for another reason: a client that did not hear all.
const LOOK: Duration = Duration::from_secs(60);

/// Sets it right whenever hints were lost, for as long as the edge lives.
pub async fn repair(edge: Arc<Shared>) -> Result<Infallible, crate::Error> {
    loop {
        tokio::select! {
            () = edge.presence_lost.notified() => {}
            () = sleep(LOOK) => {}
        }
        let mut backoff = Backoff::new(AGAIN[0], AGAIN[1]);
        while !repair_all(&edge).await {
            sleep(backoff.next_wait()).await;
        }
    }
}

/// Whether no session is left in doubt.
async fn repair_all(edge: &Shared) -> bool {
    let in_doubt = |session: Arc<Session>| Some((session.contacts_in_doubt()?, session));
    let doubtful: Vec<_> = edge.registry.all().into_iter().filter_map(in_doubt).collect();
    let mut is_done = true;
    for some in doubtful.chunks(BATCH) {
        is_done &= repair_some(edge, some).await.unwrap_or_else(|error| {
            // Also where a delivery process of the release before does not know the question.
            tracing::info!(%error, "who is online is not known yet");
            false
        });
    }
    is_done
}

async fn repair_some(edge: &Shared, some: &[(u64, Arc<Session>)]) -> Result<bool, Failure> {
    let sessions = some.iter().map(|(_, session)| session.id().clone()).collect();
    let call = edge.upstream.call(
        How::for_edge(LIMIT),
        OnlineRequest { sessions },
        |mut client, request| async move { client.online(request).await },
    );
    let reply = call.await?;
    let told = some
        .iter()
        .zip(reply.members)
        .map(|((words, session), members)| !members.absent && session.set_right(members.uids, *words));
    Ok(told.filter(|is_right| *is_right).count() == some.len())
}
