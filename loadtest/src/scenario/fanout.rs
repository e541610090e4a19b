//! Posts to groups: deliveries a second, and what each costs, by the group's size.

use std::sync::Arc;

use anyhow::{Result, ensure};
use clap::Args;
use rand::Rng;

use super::{
    Ran,
    course::{self, Course},
    group,
    shape::{Fixed, Sizes, Span},
    talk::{Silence, Talker, World},
    tell,
};
use crate::{
    link::{
        account::Member,
        wire,
    },
    measure::board::Board,
    outcome::Outcome,
    site::Site,
    verify::{Lane, Verdict},
    yardstick,
};

/// Posts to groups of several sizes.
#[derive(Debug, Clone, Args)]
#[command(after_help = "\
Example:
  tmtp-loadtest fanout --cluster /tmp/tmtp-cluster-0 --groups 10,100,1000

All members of the largest group are linked. A join is told to all who joined before, so a large group cannot be made
in short time by its members: groups of more than 200 are written into the database, and need --postgres or --cluster.")]
pub struct Fanout {
    #[command(flatten)]
    pub site: Site,
    #[command(flatten)]
    pub span: Span,
    /// Sizes of the groups, one after the other.
    #[arg(long, value_delimiter = ',', default_value = "10,100", value_parser = clap::value_parser!(u32).range(2..=10_000))]
    pub groups: Vec<u32>,
    /// Members who post to the group.
    #[arg(long, default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..=100))]
    pub senders: u32,
    /// Posts of a sender that may wait for their acks.
    #[arg(long, default_value_t = 16, value_parser = clap::value_parser!(u32).range(1..=1_000))]
    pub in_flight: u32,
    /// Octets of data in a message.
    #[arg(long, default_value = "200")]
    pub size: Sizes,
}

pub async fn run(args: &Fanout) -> Ran {
    let sizes: Vec<_> = args.groups.iter().map(ToString::to_string).collect();
    let mut outcome = Outcome::new("fanout", &args.site.output.label)?
        .set("groups of", sizes.join(", "))
        .set("senders", args.senders)
        .set("in flight a sender", args.in_flight)
        .set("seconds for each", args.span.seconds);
    yardstick::measure(&mut outcome, &args.site, 100).await?;
    let mut verdict = Verdict::default();
    for size in &args.groups {
        verdict.add(one_group(args, *size, &mut outcome).await?);
    }
    yardstick::compare(&mut outcome, &format!("delivered{}", part(args.groups[0])));
    outcome.verdict = Some(verdict);
    Ok(outcome)
}

fn part(size: u32) -> String {
    format!(" (group of {size})")
}

async fn one_group(args: &Fanout, size: u32, outcome: &mut Outcome) -> Result<Verdict> {
    ensure!(args.senders < size, "a group of {size} has fewer than {} senders and a receiver", args.senders);
    let gid = format!("load group {:016x}", rand::rng().random::<u64>());
    let members = group::make(&args.site, &gid, size).await?;
    let uids: Vec<Arc<str>> = members.iter().map(|member| Arc::clone(&member.account.uid)).collect();
    let lane = Lane { to: wire::to_group(&gid), receivers: (0..size).collect() };
    let board = Board::start(args.span.warm_up(), args.span.measured())?;
    let world = Arc::new(World { run: rand::rng().random(), board, lanes: vec![lane], uids });
    let course = begin(args, members, &world);
    let took = course.measure_until(&args.site.process, |_| false).await?;
    let talked = course.drain(args.span.drain()).await?;
    tell::messages(outcome, &part(size), world.board.measured(), took);
    Ok(course::verdict(&world, talked))
}

fn begin(args: &Fanout, members: Vec<Member>, world: &Arc<World>) -> Course {
    let mut course = Course::new(world);
    for (number, member) in (0..).zip(members) {
        if number < args.senders {
            let plan = Fixed::new(0..1, u32::MAX, args.in_flight as usize, args.size.clone());
            course.enter(Talker::new(number, member.link, plan, world));
        } else {
            course.enter(Talker::new(number, member.link, Silence, world));
        }
    }
    course
}
