//! The one reason for a link's end, for everyone who waits on it.

use tokio::sync::watch;

use crate::Error;

#[derive(Debug, Clone)]
pub(super) struct Closing {
    said: watch::Sender<Option<Error>>,
}

impl Default for Closing {
    fn default() -> Self {
        Self { said: watch::Sender::new(None) }
    }
}

impl Closing {
    /// Ends the link for this reason, unless it has ended for another.
    pub fn close(&self, error: Error) {
        self.said.send_if_modified(|reason| {
            let first = reason.is_none();
            reason.get_or_insert(error);
            first
        });
    }

    /// Whether it has ended.
    pub fn is_closed(&self) -> bool {
        self.said.borrow().is_some()
    }

    /// Waits for the end.
    pub async fn wait(&self) -> Error {
        let mut seen = self.said.subscribe();
        match seen.wait_for(Option::is_some).await {
            Ok(reason) => reason.clone().unwrap_or(Error::Closed),
            Err(_) => Error::Closed,
        }
    }
}
