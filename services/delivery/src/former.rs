//! Secrets of nodes that came from the reference server: it kept them as hashes that take milliseconds to make. Each is made
//! once, at the node's next login, and ours takes its place.

use sha2::{Digest as _, Sha256};
use tokio::{sync::Semaphore, task::spawn_blocking};

use crate::fault::Fault;

/// How often the reference server applies SHA-256 to a secret.
const ROUNDS: u32 = 22_389;
/// Hashes made at a time: whoever guesses at imported nodes has one core to keep busy, and no more.
const AT_ONCE: usize = 1;
/// Those who may wait for theirs.
const WAITING: usize = 256;

/// Makes such hashes, a few at a time.
pub(crate) struct FormerHashes {
    waiting: Semaphore,
    running: Semaphore,
}

impl Default for FormerHashes {
    fn default() -> Self {
        Self { waiting: Semaphore::new(WAITING), running: Semaphore::new(AT_ONCE) }
    }
}

impl FormerHashes {
    /// The hash of this secret.
    pub async fn of(&self, secret: &[u8]) -> Result<Vec<u8>, Fault> {
        let _waiting = self.waiting.try_acquire().map_err(|_| Fault::Busy("overloaded"))?;
        let _running = self.running.acquire().await.map_err(|_| Fault::Busy("stopping"))?;
        let secret = secret.to_vec();
        spawn_blocking(move || hash(&secret)).await.map_err(|_| Fault::Defect("a hash was not made".into()))
    }
}

fn hash(secret: &[u8]) -> Vec<u8> {
    let first = Sha256::digest(secret);
    (1..ROUNDS).fold(first, |hash, _| Sha256::digest(hash)).to_vec()
}
