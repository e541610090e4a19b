//! Fetches what waits for the node, as far as the window has room.

use std::{convert::Infallible, time::Duration};

use tmtp_grpc::delivery::FetchRequest;
use tmtp_platform::Backoff;
use tokio::time::{Instant, sleep, sleep_until};

use super::state::{Pull, Session};
use crate::{edge::Shared, upstream::How};

/// Most octets of small bodies that wait in memory for one link.
const FETCH_OCTETS: u32 = 64 * 1024;

/// Fetches for as long as the session lives. Ends only with the session.
pub async fn pull(session: &Session, edge: &Shared) -> Infallible {
    let mut backoff = Backoff::new(Duration::from_millis(200), Duration::from_secs(5));
    loop {
        match session.next_pull(Instant::now()) {
            Pull::Rest(until) => rest(session, until).await,
            Pull::Fetch { skip, room } => {
                if fetch(session, edge, skip, room).await {
                    backoff.reset();
                } else {
                    session.fetch_failed();
                    sleep(backoff.next_wait()).await;
                }
            }
        }
    }
}

async fn rest(session: &Session, until: Option<Instant>) {
    let changed = session.input.notified();
    match until {
        None => changed.await,
        Some(until) => tokio::select! {
            () = changed => {}
            () = sleep_until(until) => {}
        },
    }
}

async fn fetch(session: &Session, edge: &Shared, skip: Vec<u64>, room: usize) -> bool {
    let request = FetchRequest {
        session: Some(session.id().clone()),
        skip,
        max_entries: u32::try_from(room).unwrap_or(u32::MAX),
        max_octets: FETCH_OCTETS,
    };
    let call = edge
        .upstream
        .call(How::for_member(), request, |mut client, request| async move { client.fetch(request).await });
    match Box::pin(call).await {
        Ok(page) if page.fenced => session.fence(),
        Ok(page) => session.fetched(page.entries, page.more),
        Err(error) => {
            tracing::debug!(site = session.id().site, session = %session.name(), %error, "fetch failed");
            return false;
        }
    }
    true
}
