//! Free ports on the loopback address, none of them given out twice.
//!
//! They lie below the range that the kernel takes for outgoing connections, so a server that was
//! killed finds its port still free when it starts again. Test processes that run at the same moment
//! keep out of each other's way by a lock on a file per port, held until the process ends.

use std::fs::File;
use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::path::PathBuf;
use std::sync::{Mutex, PoisonError};

use anyhow::{Context, bail};
use rand::Rng;

const FIRST: u16 = 12_000;
const LAST: u16 = 30_000;
const TRIES: usize = 2_000;

/// Locks of the ports this process was given: kept open, since closing one gives its port back.
static TAKEN: Mutex<Vec<(u16, File)>> = Mutex::new(Vec::new());

/// A port on 127.0.0.1 that nobody listens on and no other test was given.
pub fn free_port() -> anyhow::Result<u16> {
    let folder = shared_folder()?.join("ports");
    std::fs::create_dir_all(&folder).with_context(|| format!("create {}", folder.display()))?;
    for _ in 0..TRIES {
        let port = rand::rng().random_range(FIRST..LAST);
        let lock = File::create(folder.join(port.to_string()))?;
        if lock.try_lock().is_ok() && TcpListener::bind((Ipv4Addr::LOCALHOST, port)).is_ok() {
            TAKEN.lock().unwrap_or_else(PoisonError::into_inner).push((port, lock));
            return Ok(port);
        }
    }
    bail!("no free port between {FIRST} and {LAST}")
}

/// A free port as an address on 127.0.0.1.
pub fn free_addr() -> anyhow::Result<SocketAddr> {
    Ok((Ipv4Addr::LOCALHOST, free_port()?).into())
}

/// What all test processes of one user share: port locks, a Postgres template.
pub(crate) fn shared_folder() -> anyhow::Result<PathBuf> {
    use std::os::unix::fs::MetadataExt;
    let us = crate::leash::our_uid()?;
    let folder = PathBuf::from(format!("/tmp/tmtp-testkit-{us}"));
    std::fs::create_dir_all(&folder).with_context(|| format!("create {}", folder.display()))?;
    let owner = std::fs::symlink_metadata(&folder)?;
    if owner.uid() != us || !owner.is_dir() {
        bail!("{} belongs to somebody else: remove it", folder.display());
    }
    Ok(folder)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_port_is_handed_out_twice() {
        let ports: std::collections::HashSet<u16> = (0..200).map(|_| free_port().unwrap()).collect();
        assert_eq!(ports.len(), 200);
    }
}
