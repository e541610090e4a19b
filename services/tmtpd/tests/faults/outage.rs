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

/// What shows that processes have noticed.
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
    /// Sessions of an edge that is dead were ended for it.
    Reaped,
}

/// Processes, and what shows at all of them together.
pub type Signs = [(&'static [&'static str], Sign)];

pub const LESS_DELIVERY: &Signs = &[(&["edge0"], Sign::LessDelivery), (&["edge1"], Sign::LessDelivery)];
pub const NO_DELIVERY: &Signs = &[(&["edge0"], Sign::NotReady), (&["edge1"], Sign::NotReady)];
pub const NO_STORE: &Signs = &[
    (&["delivery0"], Sign::NotReady),
    (&["delivery1"], Sign::NotReady),
    (&["edge0"], Sign::CallsFail),
    (&["edge1"], Sign::CallsFail),
];
pub const NO_STORE_FOR_ONE: &Signs =
    &[(&["delivery0"], Sign::NotReady), (&["edge0"], Sign::CallsFail), (&["edge1"], Sign::CallsFail)];
pub const NO_BUS: &Signs = &[
    (&["delivery0"], Sign::NoBus),
    (&["delivery1"], Sign::NoBus),
    (&["edge0"], Sign::NoBus),
    (&["edge1"], Sign::NoBus),
];
pub const NO_EDGE: &Signs = &[(&["delivery0", "delivery1"], Sign::Reaped)];

impl Sign {
    /// Whether this is a number that only grows.
    fn counts(self) -> bool {
        matches!(self, Self::CallsFail | Self::Reaped)
    }

    /// How often it showed so far, where that is counted; of the others, how much of it shows now: 0 is nothing, 1 is enough.
    async fn read(self, process: &Process) -> Result<f64> {
        let sum = |metric| process.sum(metric);
        Ok(match self {
            Self::NotReady => f64::from(u8::from(process.get("/readyz").await?.0 != 200)),
            Self::NoBus => 1.0 - process.bus_up().await?,
            Self::LessDelivery => DELIVERY_PROCESSES - sum("tmtp_edge_delivery_up").await?,
            Self::CallsFail => sum("tmtp_edge_calls_retried_total").await?,
            Self::Reaped => sum("tmtp_delivery_sessions_reaped_total").await?,
        })
    }

    /// Waits until this reads as it should.
    async fn wait(self, processes: &[&Process], reads: impl Fn(f64) -> bool) -> Result<f64> {
        let reading = async {
            loop {
                let mut now = 0.0;
                for process in processes {
                    now += self.read(process).await?;
                }
                if reads(now) {
                    return anyhow::Ok(now);
                }
                sleep(Duration::from_millis(100)).await;
            }
        };
        let names: Vec<_> = processes.iter().map(|process| process.name()).collect();
        timeout(NOTICED, reading).await.with_context(|| format!("{self:?} at {}", names.join(" and ")))?
    }

    /// Waits until nothing shows of a blow before; what is read then.
    async fn rests(self, processes: &[&Process]) -> Result<f64> {
        self.wait(processes, |now| self.counts() || now == 0.0).await.context("it shows on")
    }

    /// Waits until it shows; it read so before the blow.
    async fn shows(self, processes: &[&Process], before: f64) -> Result<()> {
        let enough = if self.counts() { before + 1.0 } else { 1.0 };
        self.wait(processes, |now| now >= enough).await.map(drop).context("it does not show")
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
    let mut awaited = Vec::new();
    for (names, sign) in signs {
        let processes: Vec<_> = names.iter().map(|name| server.process(name)).collect::<Result<_>>()?;
        let before = sign.rests(&processes).await?;
        awaited.push((sign, processes, before));
    }
    load.post_large(1, RECOVERY).await?;
    tokio::task::block_in_place(strike)?;
    for (sign, processes, before) in awaited {
        sign.shows(&processes, before).await?;
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
