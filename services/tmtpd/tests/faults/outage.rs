//! A part is away for as long as it takes until the processes have noticed.

use std::time::Duration;

use anyhow::{Context, Result};
use tmtp_testkit::{load::Load, process::Process, proxy::Proxy, server::Server};
use tokio::time::{sleep, timeout};

use crate::{BETWEEN, RECOVERY};

/// How long it may take until processes have noticed that a part is away.
const NOTICED: Duration = Duration::from_secs(30);

/// Those of a cluster that the tests start.
const DELIVERY_PROCESSES: f64 = 2.0;

/// What shows that a process has noticed.
#[derive(Debug, Clone, Copy)]
pub enum Sign {
    /// It says that it cannot serve.
    NotReady,
    /// It neither sends nor hears.
    NoBus,
    /// It counts on fewer delivery processes than there are: no call need have met the one that is away.
    LessDelivery,
    /// Calls to delivery failed, and were made again.
    CallsFail,
}

/// Processes, and what shows there.
pub type Signs = [(&'static str, Sign)];

pub const LESS_DELIVERY: &Signs = &[("edge0", Sign::LessDelivery), ("edge1", Sign::LessDelivery)];
pub const NO_DELIVERY: &Signs = &[("edge0", Sign::NotReady), ("edge1", Sign::NotReady)];
pub const NO_STORE: &Signs = &[
    ("delivery0", Sign::NotReady),
    ("delivery1", Sign::NotReady),
    ("edge0", Sign::CallsFail),
    ("edge1", Sign::CallsFail),
];
pub const NO_STORE_FOR_ONE: &Signs =
    &[("delivery0", Sign::NotReady), ("edge0", Sign::CallsFail), ("edge1", Sign::CallsFail)];
pub const NO_BUS: &Signs =
    &[("delivery0", Sign::NoBus), ("delivery1", Sign::NoBus), ("edge0", Sign::NoBus), ("edge1", Sign::NoBus)];

impl Sign {
    /// How many calls failed so far, or delivery processes are away; of the others, how much of it shows now, from 0 to 1.
    async fn read(self, process: &Process) -> Result<f64> {
        if let Self::NotReady = self {
            let (status, _) = process.get("/readyz").await?;
            return Ok(f64::from(u8::from(status != 200)));
        }
        let (_, metrics) = process.get("/metrics").await?;
        let of = |name: &str| -> Result<Vec<f64>> {
            let lines = metrics.lines().filter(|line| line.split(['{', ' ']).next() == Some(name));
            lines.map(|line| Ok(line.rsplit(' ').next().unwrap_or_default().parse()?)).collect()
        };
        if let Self::CallsFail = self {
            return Ok(of("tmtp_edge_calls_retried_total")?.iter().sum());
        }
        if let Self::LessDelivery = self {
            return Ok(DELIVERY_PROCESSES - of("tmtp_edge_delivery_up")?.iter().sum::<f64>());
        }
        let up = of("tmtp_bus_up")?;
        Ok(1.0 - up.iter().sum::<f64>() / up.len() as f64)
    }

    /// Waits until this reads as it should.
    async fn wait(self, process: &Process, reads: impl Fn(f64) -> bool) -> Result<f64> {
        let reading = async {
            loop {
                let now = self.read(process).await?;
                if reads(now) {
                    return anyhow::Ok(now);
                }
                sleep(Duration::from_millis(100)).await;
            }
        };
        timeout(NOTICED, reading).await?
    }

    /// Waits until nothing shows of a blow before; what is read then.
    async fn rests(self, process: &Process) -> Result<f64> {
        let rests = self.wait(process, |now| matches!(self, Self::CallsFail) || now == 0.0).await;
        rests.with_context(|| format!("{self:?} shows on at {}", process.name()))
    }

    /// Waits until it shows; it read so before the blow.
    async fn shows(self, process: &Process, before: f64) -> Result<()> {
        let all = if let Self::CallsFail = self { before + 1.0 } else { 1.0 };
        let shows = self.wait(process, |now| now >= all).await;
        shows.map(drop).with_context(|| format!("{self:?} does not show at {}", process.name()))
    }
}

/// Takes a part away while something large is on its way, until all signs show (and members were served without it, where
/// they are), and brings it back.
pub async fn outage(
    (server, load): (&Server, &Load),
    (signs, served): (&Signs, bool),
    strike: impl FnOnce() -> Result<()>,
    mend: impl FnOnce() -> Result<()>,
) -> Result<()> {
    let mut before = Vec::new();
    for (name, sign) in signs {
        before.push(sign.rests(server.process(name)?).await?);
    }
    load.post_large(1, RECOVERY).await?;
    tokio::task::block_in_place(strike)?;
    for ((name, sign), before) in signs.iter().zip(before) {
        sign.shows(server.process(name)?, before).await?;
    }
    if served {
        load.progress(BETWEEN, RECOVERY).await.context("while a part is away")?;
    }
    tokio::task::block_in_place(mend)
}

/// An outage of these ways: cut or half-opened.
pub async fn broken(
    parties: (&Server, &Load),
    ways: &[Proxy],
    how: fn(&Proxy),
    shows: (&Signs, bool),
) -> Result<()> {
    let each = |act: fn(&Proxy)| {
        ways.iter().for_each(act);
        Ok(())
    };
    outage(parties, shows, || each(how), || each(Proxy::mend)).await
}

/// Kills a process, leaves it dead while the others serve, and starts it as an orchestrator would.
pub async fn kill_for_a_while(parties: (&Server, &Load), name: &str, signs: &Signs) -> Result<()> {
    let process = parties.0.process(name)?;
    outage(parties, (signs, true), || process.kill(), || process.start_again()).await?;
    process.wait_ready().await
}
