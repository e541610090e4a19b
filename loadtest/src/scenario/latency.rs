//! Time from Post to ack and to delivery between two members on a quiet site.

use std::time::Duration;

use clap::Args;

use super::{
    Ran,
    course::{self, Course},
    shape::{Fixed, Sizes},
    talk::{Silence, Talker, World},
    tell,
};
use crate::{
    link::{account, dial::Dialer},
    measure::board::Board,
    outcome::{Better, Figure, Outcome},
    site::Site,
    yardstick::{self, disk, echo},
};

/// Most time for all of it.
const LIMIT: Duration = Duration::from_secs(600);

/// Time from Post to ack and to delivery, one message after the other, beside a TLS echo and one write to disk.
#[derive(Debug, Clone, Args)]
#[command(after_help = "Example:\n  tmtp-loadtest latency --target 127.0.0.1:7443 --messages 500")]
pub struct Quiet {
    #[command(flatten)]
    pub site: Site,
    /// Messages to send, one after the other.
    #[arg(long, default_value_t = 1000, value_parser = clap::value_parser!(u32).range(1..=100_000))]
    pub messages: u32,
    /// Octets of data in a message.
    #[arg(long, default_value = "200")]
    pub size: Sizes,
}

pub async fn run(args: &Quiet) -> Ran {
    let mut outcome = Outcome::new("latency", &args.site.output.label)?.set("messages", args.messages);
    let dialer = Dialer::new()?;
    let count = args.messages as usize;
    let echoes = echo::times(&dialer, &echo::Echo::start().await?, count).await?.latency(yardstick::ECHOES);
    let writes = disk::sync_times(count.min(500))?.latency(yardstick::SYNC);
    let members = account::register_many(&dialer, &args.site.targets(), 2).await?;
    let world = World::of_members(&members, Board::start(Duration::ZERO, LIMIT)?);
    let mut course = Course::new(&world);
    let mut links = members.into_iter().map(|member| member.link);
    if let (Some(sender), Some(receiver)) = (links.next(), links.next()) {
        let plan = Fixed::new(1..2, args.messages, 1, args.size.clone());
        course.enter(Talker::new(0, sender, plan, &world));
        course.enter(Talker::new(1, receiver, Silence, &world));
    }
    let total = u64::from(args.messages);
    let took = course.measure_until(&args.site.process, |board| board.arrived() >= total).await?;
    let talked = course.drain(Duration::from_secs(10)).await?;
    let measured = world.board.measured();
    tell::processor_time(&mut outcome, "", took.used, measured.delivered);
    let beside = echoes.p50 + writes.p50;
    let ms = |micros: u64| micros as f64 / 1000.0;
    for times in [&echoes, &writes] {
        outcome.yardsticks.push(Figure::new(&times.name, ms(times.p50), "ms", Better::Neither).noted("median"));
    }
    outcome.figure("post to ack / write", measured.acks.p50 as f64 / writes.p50.max(1) as f64, "times", Better::Less);
    let ratio = measured.deliveries.p50 as f64 / beside.max(1) as f64;
    outcome.figure("post to delivery / (echo + write)", ratio, "times", Better::Less);
    outcome.latencies.extend([echoes, writes, measured.acks, measured.deliveries]);
    outcome.verdict = Some(course::verdict(&world, talked));
    Ok(outcome)
}
