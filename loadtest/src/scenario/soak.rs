//! A long run at a fixed rate, with members who come and go: whether memory stays flat and times stay short.

use std::{sync::Arc, time::Duration};

use clap::Args;
use tokio::{
    sync::watch,
    time::timeout,
};

use super::{
    Ran,
    course::{self, Course},
    shape::{Pace, Random, Sizes, Span},
    steady::rate,
    talk::{Phase, Silence, Talked, Talker, World},
    tell,
};
use crate::{
    link::{
        account::{self, Account},
        dial::{Dialer, Target},
    },
    measure::board::Board,
    outcome::{Better, Outcome},
    site::Site,
    verify::{inbox::Inbox, outbox::Outbox},
    yardstick,
};

/// A long run at a fixed rate, with members whose links are cut now and then.
#[derive(Debug, Clone, Args)]
#[command(after_help = "\
Example, for an hour:
  tmtp-loadtest soak --cluster /tmp/tmtp-cluster-0 --rate 500 --seconds 3600 --json soak.json")]
pub struct Soak {
    #[command(flatten)]
    pub site: Site,
    #[command(flatten)]
    pub span: Span,
    /// Members who stay.
    #[arg(long, default_value_t = 100, value_parser = clap::value_parser!(u32).range(2..=50_000))]
    pub members: u32,
    /// Members whose links are cut, who stay away for a while and come back.
    #[arg(long, default_value_t = 20, value_parser = clap::value_parser!(u32).range(0..=10_000))]
    pub restless: u32,
    /// Seconds that these stay, and half of that away.
    #[arg(long, default_value_t = 10, value_name = "S", value_parser = clap::value_parser!(u64).range(1..=3_600))]
    pub stay: u64,
    /// Messages a second of all who stay.
    #[arg(long, default_value = "200", value_parser = rate)]
    pub rate: f64,
    /// Octets of data in a message.
    #[arg(long, default_value = "200:90,4KiB:9,64KiB:1")]
    pub size: Sizes,
}

pub async fn run(args: &Soak) -> Ran {
    let mut outcome = Outcome::new("soak", &args.site.output.label)?
        .set("members", args.members)
        .set("restless members", args.restless)
        .set("messages/s", args.rate)
        .set("seconds", args.span.seconds);
    yardstick::measure(&mut outcome, &args.site, args.members as usize).await?;
    let (dialer, targets) = (Dialer::new()?, args.site.targets());
    let everybody = args.members + args.restless;
    let members = account::register_many(&dialer, &targets, everybody as usize).await?;
    let world = World::of_members(&members, Board::start(args.span.warm_up(), args.span.measured())?);
    let mut course = Course::new(&world);
    for (number, member) in (0..).zip(members) {
        if number < args.members {
            let plan = Random {
                lanes: 0..everybody,
                own: number,
                window: 1000,
                pace: Pace::new(Some(args.rate), args.members as usize),
                sizes: args.size.clone(),
            };
            course.enter(Talker::new(number, member.link, plan, &world));
        } else {
            let (dialer, targets, world) = (dialer.clone(), targets.clone(), Arc::clone(&world));
            let (account, stay) = (member.account, Duration::from_secs(args.stay));
            let restless = Restless { number, account, dialer, targets, stay, world };
            course.enter_other(|phase| restless.live(phase));
        }
    }
    let took = course.measure_until(&args.site.process, |_| false).await?;
    let talked = course.drain(args.span.drain()).await?;
    let measured = world.board.measured();
    let late = measured.seconds.len() / 4;
    let p99s = |seconds: &[crate::measure::board::Second]| {
        seconds.iter().map(|second| second.p99 as f64).sum::<f64>() / seconds.len().max(1) as f64
    };
    let (first, last) = (p99s(&measured.seconds[..late]), p99s(&measured.seconds[measured.seconds.len() - late..]));
    tell::messages(&mut outcome, "", measured, took);
    if late > 0 && first > 0.0 {
        outcome.figure("p99 of the last quarter / of the first", last / first, "times", Better::Less);
    }
    for one in outcome.processes.clone() {
        let ratio = one.memory_after_kib as f64 / one.memory_before_kib.max(1) as f64;
        outcome.figure(&format!("memory of {} after / before", one.name), ratio, "times", Better::Neither);
    }
    outcome.verdict = Some(course::verdict(&world, talked));
    Ok(outcome)
}

/// A member whose link is cut now and then.
struct Restless {
    number: u32,
    account: Account,
    dialer: Dialer,
    targets: Vec<Target>,
    stay: Duration,
    world: Arc<World>,
}

impl Restless {
    /// Comes and goes until the run drains; then it stays to the end.
    async fn live(self, mut phase: watch::Receiver<Phase>) -> Talked {
        let (mut outbox, mut inbox) = (Outbox::default(), Inbox::of_a_link_to_cut());
        let mut turn = self.number as usize;
        loop {
            let target = &self.targets[turn % self.targets.len()];
            let link = match account::login(&self.dialer, target, turn, &self.account).await {
                Ok(link) => link,
                Err(error) => return Talked::absent(self.number, inbox, &error),
            };
            let talker = Talker::new(self.number, link, Silence, &self.world).untimed().with_past(outbox, inbox);
            let (stop, stopped) = watch::channel(Phase::Run);
            let talking = tokio::spawn(talker.run(stopped));
            // Once the run drains there are no more cuts: what is still due to it comes on this link.
            if timeout(self.stay, until(&mut phase, Phase::Drain)).await.is_ok() {
                until(&mut phase, Phase::Stop).await;
            }
            stop.send_replace(Phase::Stop);
            let talked = match talking.await {
                Ok(talked) => talked,
                Err(error) => return Talked::absent(self.number, Inbox::default(), &error.into()),
            };
            if *phase.borrow() == Phase::Stop || talked.trouble.is_some() {
                return talked;
            }
            (outbox, inbox) = (talked.outbox, talked.inbox);
            drop(talked.link);
            inbox.cut();
            _ = timeout(self.stay / 2, until(&mut phase, Phase::Drain)).await;
            turn += 1;
        }
    }
}

/// Waits until the run has come to this phase.
async fn until(phase: &mut watch::Receiver<Phase>, reached: Phase) {
    // An error means that the run is over.
    _ = phase.wait_for(|now| *now >= reached).await;
}
