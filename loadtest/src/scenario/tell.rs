//! What a run of messages comes to, told the same way by all scenarios.

use super::course::Took;
use crate::{
    measure::{
        board::Measured,
        procs::{Process, Use},
    },
    outcome::{Better, Growth, Outcome},
};

/// Notes throughput, times and processor time of a part of a run; `part` says which one, where there are several.
pub fn messages(outcome: &mut Outcome, part: &str, mut measured: Measured, took: Took) {
    let seconds = took.span.as_secs_f64();
    let name = |what: &str| format!("{what}{part}");
    outcome.figure(&name("acked"), measured.acked as f64 / seconds, "messages/s", Better::More);
    outcome.figure(&name("delivered"), measured.delivered as f64 / seconds, "messages/s", Better::More);
    measured.acks.name.push_str(part);
    measured.deliveries.name.push_str(part);
    outcome.latencies.extend([measured.acks, measured.deliveries]);
    outcome.seconds.extend(measured.seconds);
    outcome.tracks.extend(took.tracks);
    processor_time(outcome, part, took.used, measured.delivered);
}

/// Notes processor time, by process and of all together, for so many deliveries.
pub fn processor_time(outcome: &mut Outcome, part: &str, used: Vec<Use>, deliveries: u64) {
    let deliveries = deliveries.max(1) as f64;
    if let Some((_, servers)) = used.split_last().filter(|(_, servers)| !servers.is_empty()) {
        let all: f64 = servers.iter().map(|one| one.cpu_seconds).sum();
        outcome.figure(&format!("servers' processor time{part}"), all * 1000.0 / deliveries, "s/1000 deliveries", Better::Less);
    }
    for (index, one) in used.iter().enumerate() {
        let ours = index + 1 == used.len();
        let better = if ours { Better::Neither } else { Better::Less };
        let name = format!("processor time of {}{part}", one.name);
        outcome.figure(&name, one.cpu_seconds * 1e6 / deliveries, "µs/delivery", better);
    }
    outcome.processes = used;
}

/// Memory over time, from looks at all processes: seconds, and KiB of each.
pub fn tracks(processes: &[Process], looks: Vec<(u64, Vec<u64>)>) -> Vec<Growth> {
    let names = processes.iter().enumerate();
    let track = names.map(|(index, process)| {
        let points = looks.iter().filter_map(|(seconds, each)| Some((*seconds, *each.get(index)?))).collect();
        Growth { name: process.name.clone(), points }
    });
    track.collect()
}
