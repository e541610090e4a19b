//! Members with deep queues who log in together, while others go on talking.

use std::{sync::Arc, time::Duration};

use anyhow::{Context, Result};
use clap::Args;

use super::{
    Ran,
    course::{self, Course},
    homecoming::{self, Away, Household},
    shape::{Pace, Random, Sizes},
    talk::{Talker, World},
    tell,
};
use crate::{
    link::{account, dial::Dialer},
    measure::{board::Board, times::Latency},
    outcome::{Better, Outcome},
    site::Site,
    verify::{Verdict, inbox::Inbox, outbox::Outbox},
    yardstick,
};

/// Members who go on talking, and messages a second of all of them.
const OTHERS: usize = 4;
const OTHERS_RATE: f64 = 40.0;
/// How long they talk alone, to compare with.
const ALONE: Duration = Duration::from_secs(5);
const HOUR: Duration = Duration::from_secs(3600);

/// Members who were away, with deep queues, log in together; and what that does to others.
#[derive(Debug, Clone, Args)]
#[command(after_help = "\
Example:
  tmtp-loadtest backlog --cluster /tmp/tmtp-cluster-0 --members 100 --depth 200")]
pub struct Backlog {
    #[command(flatten)]
    pub site: Site,
    /// Members who are away.
    #[arg(long, default_value_t = 100, value_parser = clap::value_parser!(u32).range(1..=10_000))]
    pub members: u32,
    /// Messages that wait for each of them.
    #[arg(long, default_value_t = 200, value_parser = clap::value_parser!(u32).range(1..=20_000))]
    pub depth: u32,
    /// Octets of data in a message.
    #[arg(long, default_value = "200")]
    pub size: Sizes,
}

pub async fn run(args: &Backlog) -> Ran {
    let mut outcome = Outcome::new("backlog", &args.site.output.label)?
        .set("members", args.members)
        .set("messages for each", args.depth);
    yardstick::measure(&mut outcome, &args.site, args.members as usize).await?;
    let (uids, home) = leave(args).await?;
    let alone = Others::begin(args).await?.end_after(ALONE).await?;
    let others = Others::begin(args).await?;
    let world = World::of_uids(uids, homecoming::board()?);
    let came = homecoming::run(&world, home, args.depth, &args.size, &args.site.process).await?;
    let beside = others.end_after(Duration::ZERO).await?;
    let mut measured = world.board.measured();
    measured.deliveries.name = "login to delivery".to_owned();
    outcome.figure("all delivered after", came.took.span.as_secs_f64(), "s", Better::Less);
    outcome.latencies.push(came.logins.latency("time to log in"));
    tell::messages(&mut outcome, "", measured, came.took);
    outcome.figures.retain(|figure| figure.name != "acked");
    yardstick::compare(&mut outcome, "delivered");
    let ratio = beside.0.p99 as f64 / alone.0.p99.max(1) as f64;
    outcome.figure("others' p99, beside / before the backlog", ratio, "times", Better::Less);
    outcome.latencies.retain(|latency| latency.name != "post to ack");
    outcome.latencies.extend([named("others before", alone.0), named("others beside", beside.0)]);
    let mut verdict = course::verdict(&world, came.talked);
    verdict.add(alone.1);
    verdict.add(beside.1);
    outcome.verdict = Some(verdict);
    Ok(outcome)
}

fn named(name: &str, latency: Latency) -> Latency {
    Latency { name: format!("{name}: post to delivery"), ..latency }
}

/// Registers members who leave at once, and one who stays to write to them.
async fn leave(args: &Backlog) -> Result<(Vec<Arc<str>>, Household)> {
    let dialer = Dialer::new()?;
    let targets = args.site.targets();
    let mut members = account::register_many(&dialer, &targets, args.members as usize + 1).await?;
    let uids = members.iter().map(|member| Arc::clone(&member.account.uid)).collect();
    let sender = members.pop().context("nobody registered")?.link;
    let away = members
        .into_iter()
        .map(|member| Away { account: member.account, dialer: dialer.clone(), inbox: Inbox::default() })
        .collect();
    let (outbox, sender_inbox) = (Outbox::default(), Inbox::default());
    Ok((uids, Household { away, sender, outbox, sender_inbox, turn: 0, targets }))
}

/// Some members who talk at a fixed, low rate.
struct Others {
    world: Arc<World>,
    course: Course,
}

impl Others {
    async fn begin(args: &Backlog) -> Result<Self> {
        let members = account::register_many(&Dialer::new()?, &args.site.targets(), OTHERS).await?;
        let world = World::of_members(&members, Board::start(Duration::ZERO, HOUR)?);
        let mut course = Course::new(&world);
        for (number, member) in (0..).zip(members) {
            let plan = Random {
                lanes: 0..OTHERS as u32,
                own: number,
                window: 1000,
                pace: Pace::new(Some(OTHERS_RATE), OTHERS),
                sizes: args.size.clone(),
            };
            course.enter(Talker::new(number, member.link, plan, &world));
        }
        Ok(Self { world, course })
    }

    /// Post to delivery of all their messages, and whether all came.
    async fn end_after(self, span: Duration) -> Result<(Latency, Verdict)> {
        tokio::time::sleep(span).await;
        let talked = self.course.drain(Duration::from_secs(30)).await?;
        Ok((self.world.board.measured().deliveries, course::verdict(&self.world, talked)))
    }
}
