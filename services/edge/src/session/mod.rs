//! A session: a link after login. Three parts run side by side in the link's task and meet in [`Session`]: the reader
//! takes requests and acks, the puller fetches what waits for the node, the writer sends. None of them waits for another.
//! Small requests go on by the session's lane (`crate::lanes`), which answers them.

mod answering;
mod asking;
mod bounds;
mod contacts;
mod heard;
mod in_hand;
mod puller;
mod reader;
mod seen;
mod state;
mod upload;
mod writer;

use std::{sync::Arc, time::Duration};

pub use asking::Asking;
pub use heard::Heard;
pub use puller::pull;
pub use reader::{Reader, Reading};
pub use state::{ONLINE, Session};
pub use writer::write;

/// How long the last words of a session may take to leave.
const LAST_WORDS: Duration = Duration::from_secs(5);

/// Runs a session until its link ends; says why when nothing more is to be read or written.
pub async fn run<R, W>(session: &Arc<Session>, reader: &mut Reader<'_, R>, io: &mut W) -> &'static str
where
    R: tokio::io::AsyncRead + Unpin,
    W: tokio::io::AsyncWrite + Unpin,
{
    let edge = reader.edge();
    let mut writing = Box::pin(write(session, edge, io));
    let ended = tokio::select! {
        reading = reader.read(session) => reading,
        never = pull(session, edge) => match never {},
        wrote = &mut writing => {
            tracing::debug!(site = session.id().site, session = %session.name(), ?wrote, "link ended while writing");
            return wrote.name();
        }
    };
    tracing::debug!(site = session.id().site, session = %session.name(), ?ended, "link ended while reading");
    // What was asked before is still carried out, and answered before the last words.
    tokio::select! {
        () = session.all_answered() => {}
        wrote = &mut writing => return wrote.name(),
    }
    let reason = ended.name();
    match ended {
        Reading::Gone(_) => return reason,
        Reading::Quit(text) => session.close(Some(text)),
        Reading::Drained | Reading::Unsettled => session.close(None),
    }
    let _ = tokio::time::timeout(LAST_WORDS, writing).await;
    reason
}
