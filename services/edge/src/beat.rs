//! Tells delivery that this edge lives, and checks now and then how its sessions stand: whether a wake was lost, and
//! whether they are still theirs.

use std::{convert::Infallible, sync::Arc, time::Duration};

use rand::Rng;
use tmtp_grpc::delivery::{HeartbeatRequest, RenewRequest, Standing};
use tokio::time::{Instant, MissedTickBehavior, interval, sleep};

use crate::{edge::Shared, options::Options, session::Session, upstream::Failure};

/// Most sessions asked about in one call.
const BATCH: usize = 500;

/// Beats for as long as the edge lives.
pub async fn beat(edge: Arc<Shared>) -> Result<Infallible, crate::Error> {
    let mut ticks = interval(Options::seconds(edge.options.beat_seconds));
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        ticks.tick().await;
        let limit = Instant::now() + Options::seconds(edge.options.beat_seconds);
        let request = HeartbeatRequest { edge: edge.id.clone() };
        let call = edge.upstream.call_within(limit, request, |mut client, request| async move {
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
    let call = edge.upstream.call(request, |mut client, request| async move { client.renew(request).await });
    let reply = call.await?;
    for (session, standing) in sessions.iter().zip(reply.standings()) {
        match standing {
            Standing::Idle => {}
            Standing::Waiting => session.wake(),
            Standing::Fenced => session.fence(),
        }
    }
    Ok(())
}

fn jittered(time: Duration) -> Duration {
    time.mul_f64(rand::rng().random_range(0.8..=1.2))
}
