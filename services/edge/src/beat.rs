//! Tells delivery that this edge lives, and checks now and then how its sessions stand: whether a wake was lost, and
//! whether they are still theirs.

use std::{collections::HashSet, convert::Infallible, sync::Arc, time::Duration};

use rand::Rng;
use tmtp_grpc::delivery::{HeartbeatRequest, RenewRequest, Session as Id, Standing};
use tokio::time::{MissedTickBehavior, interval, sleep};

use crate::{
    edge::Shared,
    options::Options,
    registry::Registry,
    session::Session,
    upstream::{CALL_LIMIT, Failure, How},
};

/// Most sessions asked about in one call.
const BATCH: usize = 500;

/// Beats for as long as the edge lives.
pub async fn beat(edge: Arc<Shared>) -> Result<Infallible, crate::Error> {
    let mut ticks = interval(Options::seconds(edge.options.beat_seconds));
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        ticks.tick().await;
        let limit = Options::seconds(edge.options.beat_seconds);
        let request = HeartbeatRequest { edge: edge.id.clone() };
        let call = edge.upstream.call(How::for_edge(limit), request, |mut client, request| async move {
            client.heartbeat(request).await
        });
        match call.await {
            Ok(reply) if !reply.known => edge.sweep_now.notify_one(),
            Ok(_) => {}
            Err(error) => tracing::info!(%error, "heartbeat not taken"),
        }
    }
}

/// Sweeps now and then, and at once when asked to, for as long as the edge lives.
pub async fn sweep(edge: Arc<Shared>) -> Result<Infallible, crate::Error> {
    loop {
        let pause = jittered(Options::seconds(edge.options.sweep_seconds));
        tokio::select! {
            () = sleep(pause) => {}
            () = edge.sweep_now.notified() => {}
        }
        let sessions = edge.registry.all();
        for some in sessions.chunks(BATCH) {
            if let Err(error) = sweep_some(&edge, some).await {
                tracing::info!(%error, "sweep broke off");
                sleep(jittered(Duration::from_secs(1))).await;
                edge.sweep_now.notify_one();
                break;
            }
        }
    }
}

async fn sweep_some(edge: &Shared, sessions: &[Arc<Session>]) -> Result<(), Failure> {
    let request = RenewRequest {
        edge: edge.id.clone(),
        sessions: sessions.iter().map(|session| session.id().clone()).collect(),
    };
    let call = edge.upstream.call(How::for_edge(CALL_LIMIT), request, |mut client, request| async move {
        client.renew(request).await
    });
    let reply = call.await?;
    let shut_out: HashSet<usize> = reply.shut_out.iter().map(|place| *place as usize).collect();
    for (place, (session, standing)) in sessions.iter().zip(reply.standings()).enumerate() {
        match standing {
            Standing::Idle => {}
            Standing::Waiting => {
                if session.is_at_rest() {
                    metrics::counter!("tmtp_sweep_found_total").increment(1);
                }
                session.wake();
            }
            Standing::Fenced if shut_out.contains(&place) => session.close(None),
            Standing::Fenced => session.fence(),
        }
    }
    ended_meanwhile(&edge.registry, sessions).for_each(|id| edge.ends.add(id));
    Ok(())
}

/// Sessions that ended while they were asked about: delivery may have taken them for live ones again.
fn ended_meanwhile(registry: &Registry, asked: &[Arc<Session>]) -> impl Iterator<Item = Id> {
    let is_held = |session: &Session| {
        let (site, node) = session.key();
        registry.get(site, node).is_some_and(|held| held.epoch() == session.epoch())
    };
    asked.iter().filter(move |session| !is_held(session)).map(|session| session.id().clone())
}

fn jittered(time: Duration) -> Duration {
    time.mul_f64(rand::rng().random_range(0.8..=1.2))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn session(node: i64, epoch: i64) -> Arc<Session> {
        let id = Id { site: 1, node, epoch, uid: "uid".to_owned() };
        Arc::new(Session::new(id, 8, Duration::from_secs(30)))
    }

    #[test]
    fn sessions_that_ended_while_they_were_asked_about_are_ended_again() {
        let registry = Registry::default();
        let asked = [session(1, 5), session(2, 5), session(3, 5)];
        registry.insert(Arc::clone(&asked[0]));
        registry.insert(session(2, 6));
        let ended: Vec<_> = ended_meanwhile(&registry, &asked).map(|id| id.node).collect();
        assert_eq!(ended, [2, 3]);
    }
}
