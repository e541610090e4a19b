//! The classic: members log in, look who is there, ping, post, think, and log out, over and over.

use std::{
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

use anyhow::Result;
use clap::Args;
use rand::{Rng, rngs::SmallRng};
use tmtp_wire::{OhiChange, Request};
use tokio::{sync::watch, time::timeout};

use super::{
    Ran,
    course::{self, Course},
    group,
    shape::{Sizes, Span},
    talk::{Draft, Phase, Plan, Step, Talked, Talker, World},
    tell,
};
use crate::{
    link::{
        account::{self, Account, Member},
        dial::{Dialer, Target},
        wire,
    },
    measure::{board::Board, times::Times},
    outcome::{Better, Outcome},
    site::Site,
    verify::{Lane, inbox::Inbox, outbox::Outbox},
    yardstick,
};

/// Posts of a cycle to two members, and to the group.
const POSTS: u32 = 15;
const GROUP_POSTS: u32 = 2;
/// Most time for one answer.
const ANSWER: Duration = Duration::from_secs(60);

/// Members log in, look who is there, ping, post 15 times to two others and twice to a group of 100, and log out.
#[derive(Debug, Clone, Args)]
#[command(after_help = "\
Example:
  tmtp-loadtest cycle --cluster /tmp/tmtp-cluster-0 --members 200 --think-ms 500

Members are in groups of 100. What is sent to those who are away waits for them; at the end all come and take it.")]
pub struct Cycle {
    #[command(flatten)]
    pub site: Site,
    #[command(flatten)]
    pub span: Span,
    /// Members.
    #[arg(long, default_value_t = 100, value_parser = clap::value_parser!(u32).range(4..=10_000))]
    pub members: u32,
    /// Members of a group.
    #[arg(long, default_value_t = 100, value_parser = clap::value_parser!(u32).range(2..=200))]
    pub group: u32,
    /// Average time to think before each message, in milliseconds.
    #[arg(long, default_value_t = 200, value_name = "MS", value_parser = clap::value_parser!(u32).range(0..=60_000))]
    pub think_ms: u32,
    /// Octets of data in a message.
    #[arg(long, default_value = "200")]
    pub size: Sizes,
}

/// What all cycles note.
struct Log(Mutex<Notes>);

/// What they noted.
#[derive(Clone)]
struct Notes {
    logins: Times,
    /// Logins that failed and were tried again.
    again: u64,
    cycles: u64,
    /// Logouts that the site did not answer.
    wordless: u64,
}

pub async fn run(args: &Cycle) -> Ran {
    let mut outcome = Outcome::new("cycle", &args.site.output.label)?
        .set("members", args.members)
        .set("in groups of", args.group)
        .set("think time", format!("{} ms", args.think_ms))
        .set("seconds", args.span.seconds);
    yardstick::measure(&mut outcome, &args.site, args.members as usize).await?;
    let (members, gids) = populate(args).await?;
    let world = world(args, &members, &gids)?;
    let log = Arc::new(Log(Mutex::new(Notes { logins: Times::new()?, again: 0, cycles: 0, wordless: 0 })));
    let mut course = Course::new(&world);
    let aliases: Vec<_> = members.iter().map(|member| member.account.alias.clone()).collect();
    let (dialer, targets) = (Dialer::new()?, args.site.targets());
    for (number, member) in (0..).zip(members) {
        let next = (number as usize + 1) % world.uids.len();
        let alias = aliases[next].as_deref().unwrap_or_default().to_owned();
        let last_group = gids.len() as u32 - 1;
        let cycler = Cycler {
            number,
            account: member.account,
            friend: (Arc::clone(&world.uids[next]), alias),
            dialer: dialer.clone(),
            targets: targets.clone(),
            group_lane: args.members + (number / args.group).min(last_group),
            think: f64::from(args.think_ms) / 1000.0,
            sizes: args.size.clone(),
            world: Arc::clone(&world),
            log: Arc::clone(&log),
        };
        course.enter_other(|phase| cycler.live(phase));
    }
    let took = course.measure_until(&args.site.process, |_| false).await?;
    let (seconds, notes) = (took.span.as_secs_f64(), log.notes().clone());
    let talked = course.drain(args.span.drain()).await?;
    let mut measured = world.board.measured();
    measured.deliveries.name = "post to delivery, time away included".to_owned();
    tell::messages(&mut outcome, "", measured, took);
    outcome.figure("cycles", notes.cycles as f64 / seconds, "/s", Better::More);
    outcome.figure("logins tried again", notes.again as f64, "", Better::Less);
    outcome.figure("logouts without an answer", notes.wordless as f64, "", Better::Less);
    outcome.latencies.push(notes.logins.latency("time to log in"));
    outcome.verdict = Some(course::verdict(&world, talked));
    Ok(outcome)
}

/// Members in groups; the last group takes the rest.
async fn populate(args: &Cycle) -> Result<(Vec<Member>, Vec<String>)> {
    let (mut members, mut gids) = (Vec::new(), Vec::new());
    let count = (args.members / args.group).max(1);
    for index in 0..count {
        let size = if index + 1 == count { args.members - args.group * index } else { args.group };
        let gid = format!("load group {:016x}", rand::rng().random::<u64>());
        members.extend(group::make(&args.site, &gid, size).await?);
        gids.push(gid);
    }
    Ok((members, gids))
}

/// Lanes: the two whom each member posts to, by its number; then the groups.
fn world(args: &Cycle, members: &[Member], gids: &[String]) -> Result<Arc<World>> {
    let uids: Vec<_> = members.iter().map(|member| Arc::clone(&member.account.uid)).collect();
    let count = uids.len() as u32;
    let pair = |number: u32| {
        let mut receivers = vec![(number + 1) % count, (number + 2) % count];
        receivers.sort_unstable();
        Lane { to: wire::to_members(receivers.iter().map(|one| &*uids[*one as usize])), receivers }
    };
    let mut lanes: Vec<_> = (0..count).map(pair).collect();
    for (index, gid) in (0..).zip(gids) {
        let first = index * args.group;
        let end = if index as usize + 1 == gids.len() { count } else { first + args.group };
        lanes.push(Lane { to: wire::to_group(gid), receivers: (first..end).collect() });
    }
    let board = Board::start(args.span.warm_up(), args.span.measured())?;
    Ok(Arc::new(World { run: rand::rng().random(), board, lanes, uids }))
}

/// A member who comes and goes.
struct Cycler {
    number: u32,
    account: Account,
    /// Whom to notify of presence: `uid`; and whom to ping: an alias.
    friend: (Arc<str>, String),
    dialer: Dialer,
    targets: Vec<Target>,
    group_lane: u32,
    think: f64,
    sizes: Sizes,
    world: Arc<World>,
    log: Arc<Log>,
}

impl Cycler {
    /// Cycles until the run drains; then it comes once more, to take what waits.
    async fn live(self, phase: watch::Receiver<Phase>) -> Talked {
        let (mut outbox, mut inbox) = (Outbox::default(), Inbox::of_a_link_to_cut());
        for cycle in 0.. {
            let begun = Instant::now();
            let target = &self.targets[(self.number as usize + cycle) % self.targets.len()];
            let number = self.number as usize;
            let (link, tries) =
                match account::login_at_last(&self.dialer, target, number, &self.account).await {
                    Ok(came) => came,
                    Err(error) => return Talked { outbox, ..Talked::absent(self.number, inbox, &error) },
                };
            self.log.note_login(begun.elapsed(), tries);
            let talker = Talker::new(self.number, link, self.plan(), &self.world).with_past(outbox, inbox);
            let mut talked = talker.run(phase.clone()).await;
            let Some(link) = talked.link.take().filter(|_| *phase.borrow() == Phase::Run) else {
                return talked;
            };
            match timeout(ANSWER, link.quit()).await.map_err(Into::into).flatten() {
                Ok(true) => talked.inbox.settled(),
                Ok(false) => {
                    talked.inbox.cut();
                    self.log.note_wordless();
                }
                Err(error) => return Talked { trouble: Some(format!("logging out: {error:#}")), ..talked },
            }
            self.log.note_cycle();
            (outbox, inbox) = (talked.outbox, talked.inbox);
        }
        Talked::absent(self.number, inbox, &anyhow::anyhow!("too many cycles"))
    }

    fn plan(&self) -> OneCycle {
        let (to, alias) = (self.friend.0.to_string(), self.account.alias.as_deref().unwrap_or_default());
        let ohi = Request::OhiEdit { id: "ohi".to_owned(), who: vec![to], change: OhiChange::Init };
        let ping = Request::Ping { id: "ping".to_owned(), from: alias.to_owned(), to: self.friend.1.clone() };
        OneCycle {
            asks: vec![ping, ohi],
            posts: 0,
            own_lane: self.number,
            group_lane: self.group_lane,
            think: self.think,
            next: None,
            sizes: self.sizes.clone(),
        }
    }
}

impl Log {
    fn note_login(&self, took: Duration, tries: u64) {
        let mut notes = self.notes();
        notes.logins.note(took);
        notes.again += tries;
    }

    fn note_cycle(&self) {
        self.notes().cycles += 1;
    }

    fn note_wordless(&self) {
        self.notes().wordless += 1;
    }

    fn notes(&self) -> MutexGuard<'_, Notes> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What a member does between login and logout.
struct OneCycle {
    /// What comes first; the last one first.
    asks: Vec<Request>,
    posts: u32,
    own_lane: u32,
    group_lane: u32,
    /// Seconds to think, on average.
    think: f64,
    /// When it has thought enough.
    next: Option<Duration>,
    sizes: Sizes,
}

impl Plan for OneCycle {
    fn next(&mut self, now: Duration, rng: &mut SmallRng) -> Step {
        if let Some(request) = self.asks.pop() {
            return Step::Ask(request);
        }
        let next = *self
            .next
            .get_or_insert_with(|| now + Duration::from_secs_f64(self.think * 2.0 * rng.random::<f64>()));
        if now < next {
            return Step::Wait(next);
        }
        self.next = None;
        self.posts += 1;
        let lane = match self.posts {
            0..=POSTS => self.own_lane,
            post if post <= POSTS + GROUP_POSTS => self.group_lane,
            _ => return Step::Leave,
        };
        Step::Post(Draft { lane, octets: self.sizes.choose(rng), due: now })
    }

    fn window(&self) -> usize {
        1
    }
}
