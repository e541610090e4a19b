//! Bodies that nobody needs any more, and bodies that nobody may need.

use std::sync::Arc;

use tmtp_store::Bodies;
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

use crate::inbox::{Gather, Outlet, Portion, Weight};

/// Blobs waiting to be deleted; beyond it they are left to the sweep.
pub(crate) const TRASH_MAX: usize = 4096;

/// Takes blobs that no message names. A blob that gets lost on the way is found by the sweep.
#[derive(Clone)]
pub(crate) struct Trash(mpsc::Sender<String>);

impl Trash {
    pub fn new(shard: &Arc<str>) -> (Self, Outlet<String>) {
        let (sender, receiver) = mpsc::channel(TRASH_MAX);
        (Self(sender), Outlet::new("trash", shard, receiver))
    }

    pub fn put(&self, blobs: impl IntoIterator<Item = String>) {
        for blob in blobs {
            if self.0.try_send(blob).is_err() {
                metrics::counter!("tmtp_delivery_blobs_left_total").increment(1);
            }
        }
    }
}

/// Deletes what comes until `stop`, and what is left then.
pub(crate) async fn empty(bodies: Arc<dyn Bodies>, trash: Arc<Outlet<String>>, stop: CancellationToken) {
    let portion = Portion { count_max: 16, octets_max: usize::MAX, gather: Gather::NONE };
    while let Some(blobs) = trash.take(&portion, |_| Weight::ONE, &stop).await {
        let deletions = blobs.iter().map(|blob| bodies.delete(blob));
        let failed = futures::future::join_all(deletions).await.iter().filter(|done| done.is_err()).count();
        metrics::counter!("tmtp_delivery_blobs_left_total").increment(failed as u64);
    }
}

/// Blobs written for a request that may yet be refused: they go when this is dropped, unless kept.
pub(crate) struct HeldBlobs {
    blobs: Vec<String>,
    trash: Trash,
}

impl HeldBlobs {
    pub fn new(trash: Trash) -> Self {
        Self { blobs: Vec::new(), trash }
    }

    pub fn hold(&mut self, blob: String) {
        self.blobs.push(blob);
    }

    /// A message names them now, or may: if none does after all, the sweep finds them.
    pub fn keep(&mut self) {
        self.blobs.clear();
    }
}

impl Drop for HeldBlobs {
    fn drop(&mut self) {
        self.trash.put(self.blobs.drain(..));
    }
}
