//! Memory that the kernel itself holds for links.

use std::fs;

use anyhow::{Context, Result};

/// What the whole machine's kernel holds, in KiB. Both ends of a link on this machine count.
#[derive(Debug, Clone, Copy)]
pub struct Kernel {
    /// Data in the buffers of TCP sockets.
    pub tcp_buffers_kib: u64,
    /// Sockets themselves among many other things: all of the kernel's small objects.
    pub slab_kib: u64,
}

impl Kernel {
    pub fn read() -> Result<Self> {
        let sockets = fs::read_to_string("/proc/net/sockstat")?;
        let memory = fs::read_to_string("/proc/meminfo")?;
        Ok(Self {
            tcp_buffers_kib: 4 * tcp_pages(&sockets).context("no TCP memory in sockstat")?,
            slab_kib: slab_kib(&memory).context("no slab in meminfo")?,
        })
    }
}

fn tcp_pages(sockstat: &str) -> Option<u64> {
    let line = sockstat.lines().find_map(|line| line.strip_prefix("TCP:"))?;
    line.split_whitespace().skip_while(|word| *word != "mem").nth(1)?.parse().ok()
}

fn slab_kib(meminfo: &str) -> Option<u64> {
    let line = meminfo.lines().find_map(|line| line.strip_prefix("Slab:"))?;
    line.trim().trim_end_matches(" kB").parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_figures_are_found() {
        let sockstat = "sockets: used 9\nTCP: inuse 2 orphan 0 tw 1 alloc 3 mem 17\nUDP: inuse 0 mem 1\n";
        assert_eq!(tcp_pages(sockstat), Some(17));
        assert_eq!(slab_kib("MemTotal: 1 kB\nSlab:           123456 kB\n"), Some(123_456));
    }
}
