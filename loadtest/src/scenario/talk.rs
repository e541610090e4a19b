//! A member who posts what a plan says, and takes and acks whatever comes.

use std::{
    pin::Pin,
    sync::Arc,
    time::{Duration, Instant},
};

use anyhow::Result;
use rand::{Rng, SeedableRng, rngs::SmallRng};
use tmtp_wire::Request;
use tokio::{
    sync::watch,
    time::{Sleep, sleep_until, timeout},
};

use crate::{
    link::{
        Link,
        account::{self, Member},
        wire,
    },
    measure::board::Board,
    verify::{
        Lane,
        body::Body,
        inbox::{Arrival, Inbox},
        outbox::Outbox,
    },
};

/// How long the last acks may take to leave.
const LAST_WRITE: Duration = Duration::from_secs(5);

/// What all members of a run share.
pub struct World {
    /// Tells the messages of this run from others.
    pub run: u32,
    pub board: Board,
    /// Lists of receivers.
    pub lanes: Vec<Lane>,
    /// Uids, by the member's number.
    pub uids: Vec<Arc<str>>,
}

impl World {
    /// One where the lane with a member's number leads to that member.
    pub fn of_members(members: &[Member], board: Board) -> Arc<Self> {
        Self::of_uids(members.iter().map(|member| Arc::clone(&member.account.uid)).collect(), board)
    }

    /// The same by uids.
    pub fn of_uids(uids: Vec<Arc<str>>, board: Board) -> Arc<Self> {
        let lanes = (0..).zip(&uids).map(|(number, uid)| Lane::to_member(uid, number)).collect();
        Arc::new(Self { run: rand::rng().random(), board, lanes, uids })
    }

    /// The next part of the same run: what comes of the former part is still known.
    pub fn next_part(&self, board: Board) -> Arc<Self> {
        Arc::new(Self { run: self.run, board, lanes: self.lanes.clone(), uids: self.uids.clone() })
    }
}

/// Where a run is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Phase {
    /// Members post.
    Run,
    /// They post no more, and wait for what is due to them.
    Drain,
    /// It is over.
    Stop,
}

/// What a member posts next.
#[derive(Debug, Clone, Copy)]
pub struct Draft {
    pub lane: u32,
    pub octets: usize,
    /// When it was due, since the run began.
    pub due: Duration,
}

/// What a plan says.
#[derive(Debug, Clone)]
pub enum Step {
    /// Post this now.
    Post(Draft),
    /// Ask this of the site now; the answer does not matter.
    Ask(Request),
    /// Ask again when the run is this old.
    Wait(Duration),
    /// Nothing more.
    Nothing,
    /// Nothing more: leave.
    Leave,
}

/// Says what a member posts, and when.
pub trait Plan: Send + 'static {
    /// The next step when the run is `now` old. Called only while fewer than [`Plan::window`] posts wait for an ack.
    fn next(&mut self, now: Duration, rng: &mut SmallRng) -> Step;

    /// Most posts that may wait for their acks.
    fn window(&self) -> usize;
}

/// A plan to post nothing.
pub struct Silence;

impl Plan for Silence {
    fn next(&mut self, _: Duration, _: &mut SmallRng) -> Step {
        Step::Nothing
    }

    fn window(&self) -> usize {
        0
    }
}

/// Whether a member waits for a time, too.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Alarm {
    On,
    Off,
    Leave,
}

/// A member in a run.
pub struct Talker<P> {
    pub number: u32,
    pub link: Link,
    pub outbox: Outbox,
    pub inbox: Inbox,
    pub world: Arc<World>,
    plan: P,
    rng: SmallRng,
    is_timed: bool,
}

/// What is left of a member after a run.
pub struct Talked {
    pub number: u32,
    /// None when it broke.
    pub link: Option<Link>,
    pub outbox: Outbox,
    pub inbox: Inbox,
    /// Why it ended before the others.
    pub trouble: Option<String>,
}

impl Talked {
    /// A member who could not come.
    pub fn absent(number: u32, inbox: Inbox, trouble: &anyhow::Error) -> Self {
        let trouble = Some(format!("{trouble:#}"));
        Self { number, link: None, outbox: Outbox::default(), inbox, trouble }
    }
}

impl<P: Plan> Talker<P> {
    pub fn new(number: u32, link: Link, plan: P, world: &Arc<World>) -> Self {
        Self {
            number,
            link,
            outbox: Outbox::default(),
            inbox: Inbox::default(),
            world: Arc::clone(world),
            plan,
            rng: SmallRng::seed_from_u64(u64::from(number)),
            is_timed: true,
        }
    }

    /// One whose deliveries are not timed, since it is away now and then.
    #[must_use]
    pub fn untimed(self) -> Self {
        Self { is_timed: false, ..self }
    }

    /// One who took part before.
    #[must_use]
    pub fn with_past(self, outbox: Outbox, inbox: Inbox) -> Self {
        Self { outbox, inbox, ..self }
    }

    /// Takes part until the run stops, or the link breaks.
    pub async fn run(mut self, phase: watch::Receiver<Phase>) -> Talked {
        let result = self.talk(phase).await;
        let trouble = result.err().map(|error| format!("{error:#}"));
        Talked {
            number: self.number,
            link: trouble.is_none().then_some(self.link),
            outbox: self.outbox,
            inbox: self.inbox,
            trouble,
        }
    }

    async fn talk(&mut self, mut phase: watch::Receiver<Phase>) -> Result<()> {
        let mut alarm = Box::pin(sleep_until(Instant::now().into()));
        // Some may have come together with the answer to the login.
        self.take_all()?;
        loop {
            let now_in = *phase.borrow_and_update();
            let is_set = match now_in {
                Phase::Run => self.post_what_is_due(&mut alarm)?,
                Phase::Drain => Alarm::Off,
                Phase::Stop => Alarm::Leave,
            };
            if is_set == Alarm::Leave {
                return timeout(LAST_WRITE, self.link.send()).await?;
            }
            tokio::select! {
                read = self.link.turn() => {
                    read?;
                    self.take_all()?;
                }
                () = &mut alarm, if is_set == Alarm::On => {}
                changed = phase.changed() => changed?,
            }
        }
    }

    /// Puts posts into what is to be sent; the alarm is set for the next one that is due later.
    fn post_what_is_due(&mut self, alarm: &mut Pin<Box<Sleep>>) -> Result<Alarm> {
        while self.outbox.in_flight() < self.plan.window() {
            match self.plan.next(self.world.board.age(), &mut self.rng) {
                Step::Post(draft) => self.post(draft),
                Step::Ask(request) => account::request(&mut self.link, request)?,
                Step::Wait(until) => {
                    alarm.as_mut().reset(self.world.board.instant(until).into());
                    return Ok(Alarm::On);
                }
                Step::Nothing => return Ok(Alarm::Off),
                Step::Leave => return Ok(Alarm::Leave),
            }
        }
        Ok(Alarm::Off)
    }

    fn post(&mut self, draft: Draft) {
        let Some(lane) = self.world.lanes.get(draft.lane as usize) else {
            return;
        };
        let (posted, request) = self.outbox.post(draft.lane, draft.due);
        self.world.board.posted();
        let octets = draft.octets.max(crate::verify::body::OCTETS);
        wire::post(&mut self.link.out, request, &lane.to, octets as u64);
        let (run, sender) = (self.world.run, self.number);
        let body =
            Body { run, sender, lane: draft.lane, sequence: posted.sequence, due: draft.due };
        body.write(&mut self.link.out, octets);
    }

    /// Takes all whole messages that were read.
    fn take_all(&mut self) -> Result<()> {
        let now = self.world.board.age();
        let Self { link, outbox, inbox, world, number, is_timed, .. } = self;
        while link
            .take_frame(|frame, out| {
                if let Some(id) = frame.header.to_ack() {
                    wire::ack(out, id);
                }
                match frame.header.op.as_ref() {
                    "ack" => take_ack(world, *number, outbox, &frame.header, now),
                    "delivery" => {
                        let timed = is_timed.then_some(now);
                        take_delivery(world, *number, inbox, &frame, timed);
                    }
                    _ => {}
                }
                Ok(())
            })?
            .is_some()
        {}
        Ok(())
    }
}

/// Notes the answer to a post.
fn take_ack(world: &World, number: u32, outbox: &mut Outbox, header: &wire::Header<'_>, now: Duration) {
    let id = header.id.as_deref().unwrap_or_default();
    let Some(posted) = outbox.answered(id, header.error.as_deref()) else {
        return;
    };
    if header.error.is_some() {
        world.board.refused();
    } else {
        let promises = world.lanes.get(posted.lane as usize).map_or(0, |lane| lane.copies(number));
        world.board.acked(now, posted.due, promises);
    }
}

/// Notes a delivery; its time only where there is one.
fn take_delivery(world: &World, number: u32, inbox: &mut Inbox, frame: &wire::Frame<'_>, now: Option<Duration>) {
    let Some(body) = Body::read(frame.data).filter(|body| body.run == world.run) else {
        inbox.foreign += 1;
        return;
    };
    let sender = world.uids.get(body.sender as usize).map(AsRef::as_ref);
    let is_for_us = world.lanes.get(body.lane as usize).is_some_and(|lane| lane.has(number));
    if !is_for_us || sender != frame.header.from.as_deref() {
        inbox.foreign += 1;
        return;
    }
    if inbox.note(body.sender, body.lane, body.sequence) == Arrival::New {
        match now {
            Some(now) => world.board.delivered(now, body.due),
            None => world.board.delivered_untimed(),
        }
    }
}
