//! Members post to one another at random: how many messages a second, and how long each takes.

use std::sync::Arc;

use clap::Args;

use super::{
    Ran,
    course::{self, Course},
    shape::{Pace, Random, Sizes, Span},
    talk::{Talker, World},
    tell,
};
use crate::{
    link::{
        account::{self, Member},
        dial::Dialer,
    },
    measure::board::Board,
    outcome::Outcome,
    site::Site,
    yardstick,
};

/// Members post to one another at random.
#[derive(Debug, Clone, Args)]
#[command(after_help = "\
Examples:
  tmtp-loadtest steady --cluster /tmp/tmtp-cluster-0 --members 100 --in-flight 16 --size 200
  tmtp-loadtest steady --target 127.0.0.1:7443 --rate 500 --size 200:90,4KiB:9,64KiB:1 --json steady.json

Without --rate each member posts the next message as soon as there is room in its window, and times count from then.
With --rate messages are due at random times, and times count from when they were due, however late they could be sent.
The site must admit that many newcomers, and requests on a link: tmtpd site set HOST requests_per_second_max=1000000 open_registrations_per_hour_max=1000000")]
pub struct Steady {
    #[command(flatten)]
    pub site: Site,
    #[command(flatten)]
    pub span: Span,
    /// Members, each on one link.
    #[arg(long, default_value_t = 100, value_parser = clap::value_parser!(u32).range(2..=50_000))]
    pub members: u32,
    /// Posts of a member that may wait for their acks.
    #[arg(long, default_value_t = 16, value_parser = clap::value_parser!(u32).range(1..=10_000))]
    pub in_flight: u32,
    /// Messages a second of all members together [default: as many as the site takes].
    #[arg(long, value_parser = rate)]
    pub rate: Option<f64>,
    /// Octets of data in a message: SIZE or SIZE:WEIGHT,..
    #[arg(long, default_value = "200")]
    pub size: Sizes,
}

/// Reads a number of messages a second.
pub fn rate(text: &str) -> Result<f64, String> {
    match text.parse::<f64>() {
        Ok(rate) if (0.1..=10_000_000.0).contains(&rate) => Ok(rate),
        _ => Err("a rate is 0.1 to 10000000 messages a second".to_owned()),
    }
}

pub async fn run(args: &Steady) -> Ran {
    let mut outcome = Outcome::new("steady", &args.site.output.label)?
        .set("members", args.members)
        .set("in flight a member", args.in_flight)
        .set("rate", args.rate.map_or("as fast as acked".to_owned(), |rate| format!("{rate} messages/s")))
        .set("seconds", args.span.seconds);
    yardstick::measure(&mut outcome, &args.site, args.members as usize).await?;
    let dialer = Dialer::new()?;
    let members = account::register_many(&dialer, &args.site.targets(), args.members as usize).await?;
    let (world, course) = begin(args, members)?;
    let took = course.measure_until(&args.site.process, |_| false).await?;
    let talked = course.drain(args.span.drain()).await?;
    tell::messages(&mut outcome, "", world.board.measured(), took);
    yardstick::compare(&mut outcome, "delivered");
    outcome.verdict = Some(course::verdict(&world, talked));
    Ok(outcome)
}

/// Everybody to everybody: the lane with a member's number leads to that member.
fn begin(args: &Steady, members: Vec<Member>) -> anyhow::Result<(Arc<World>, Course)> {
    let world = World::of_members(&members, Board::start(args.span.warm_up(), args.span.measured())?);
    let mut course = Course::new(&world);
    for (number, member) in (0..).zip(members) {
        let plan = Random {
            lanes: 0..args.members,
            own: number,
            window: args.in_flight as usize,
            pace: Pace::new(args.rate, args.members as usize),
            sizes: args.size.clone(),
        };
        course.enter(Talker::new(number, member.link, plan, &world));
    }
    Ok((world, course))
}
