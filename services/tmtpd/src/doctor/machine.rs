//! The machine: files that may be open, links that may wait.

use tmtp_platform::telemetry::max_open_files;

use super::finding::Finding;
use crate::settings::{Role, Settings};

/// Files that a process needs besides its links.
const OTHERS: u32 = 1000;
/// Links that we would let wait to be accepted.
const BACKLOG: u32 = 4096;

/// Looks at what an edge needs of its machine.
pub fn examine(settings: &Settings, role: Role) -> Vec<Finding> {
    if !role.has_edge() {
        return Vec::new();
    }
    let somaxconn = std::fs::read_to_string("/proc/sys/net/core/somaxconn");
    let waiting = somaxconn.ok().and_then(|text| text.trim().parse().ok());
    let files = files(max_open_files(), settings.edge.links_max);
    [Some(files), waiting.map(backlog)].into_iter().flatten().collect()
}

fn files(most: Option<f64>, links: u32) -> Finding {
    let needed = links.saturating_add(OTHERS);
    match most {
        Some(most) if most < f64::from(needed) => Finding::doubtful(
            "open files",
            format!("{most} may be open, and edge.links_max is {links}"),
            format!(
                "raise the limit to {needed} (LimitNOFILE in systemd, ulimit -n), or lower edge.links_max"
            ),
        ),
        Some(most) => Finding::good("open files", format!("{most} may be open")),
        None => Finding::good("open files", "as many as the system has"),
    }
}

fn backlog(most: u32) -> Finding {
    let seen = format!("{most} may wait to be accepted");
    if most < BACKLOG {
        let advice =
            format!("net.core.somaxconn={BACKLOG}: when all clients come back at once, fewer try in vain");
        return Finding::doubtful("links", seen, advice);
    }
    Finding::good("links", seen)
}

#[cfg(test)]
mod tests {
    use super::super::finding::State;
    use super::*;

    #[test]
    fn too_few_files_for_the_links_are_found() {
        assert_eq!(files(Some(1024.0), 20_000).state, State::Doubtful);
        assert!(files(Some(1024.0), 20_000).advice.contains("21000"));
        assert_eq!(files(Some(1_048_576.0), 20_000).state, State::Good);
        assert_eq!(files(None, 20_000).state, State::Good);
        assert_eq!(backlog(128).state, State::Doubtful);
        assert_eq!(backlog(4096).state, State::Good);
    }
}
