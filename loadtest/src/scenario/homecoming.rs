//! Members whose messages wait for them, and who all come back at once: the common part of `backlog` and `storm`.

use std::{
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use anyhow::Result;

use super::{
    course::{Course, Took},
    shape::{Fixed, Sizes},
    talk::{Silence, Talked, Talker, World},
};
use crate::{
    link::{
        Link,
        account::{self, Account},
        dial::{Dialer, Target},
    },
    measure::{board::Board, procs::Process, times::Times},
    verify::{inbox::Inbox, outbox::Outbox},
};

/// Messages of the sender that may wait for their acks.
const WINDOW: usize = 64;
/// Most time for posting.
const LIMIT: Duration = Duration::from_secs(600);
/// Most time for coming back: less than the time after which a silent link is closed, the sender's among them.
const RETURN_LIMIT: Duration = Duration::from_secs(150);

/// Someone who is away.
pub struct Away {
    pub account: Account,
    pub dialer: Dialer,
    pub inbox: Inbox,
}

/// Who is away, and who writes to them meanwhile.
pub struct Household {
    /// Their lanes have their numbers: 0 and up. The sender's number comes after theirs.
    pub away: Vec<Away>,
    pub sender: Link,
    pub outbox: Outbox,
    pub sender_inbox: Inbox,
    /// They come back to the target this far behind the one with their number, so that edges change.
    pub turn: usize,
    pub targets: Vec<Target>,
}

/// How a homecoming went.
pub struct Came {
    pub took: Took,
    /// Time from the common start to a login that is complete.
    pub logins: Times,
    /// Links that a ticket resumed.
    pub resumed: usize,
    /// Logins that failed and were tried again.
    pub again: u64,
    /// All members, the sender last.
    pub talked: Vec<Talked>,
}

/// Posts so many messages to each who is away, then lets all come back at once. The world's board begins now.
pub async fn run(
    world: &Arc<World>,
    home: Household,
    each: u32,
    sizes: &Sizes,
    processes: &[Process],
) -> Result<Came> {
    let count = home.away.len() as u32;
    let mut course = Course::new(world);
    let plan = Fixed::new(0..count, each * count, WINDOW, sizes.clone());
    let sender = Talker::new(count, home.sender, plan, world).with_past(home.outbox, home.sender_inbox);
    course.enter(sender);
    let total = u64::from(each) * u64::from(count);
    course.wait_until(LIMIT, |board| board.answered() >= total).await;
    world.board.count_from_now();
    let notes = Arc::new(Mutex::new(Notes { logins: Times::new()?, resumed: 0, again: 0 }));
    let start = world.board.age();
    for (number, away) in (0..).zip(home.away) {
        let target = home.targets[(number as usize + home.turn) % home.targets.len()].clone();
        let coming =
            Coming { number, away, target, start, world: Arc::clone(world), notes: Arc::clone(&notes) };
        course.enter_late(number, coming.login());
    }
    let is_done = |board: &Board| board.arrived() >= total || board.age() > start + RETURN_LIMIT;
    let took = course.measure_until(processes, is_done).await?;
    let talked = course.drain(Duration::from_secs(10)).await?;
    let Notes { logins, resumed, again } = notes.lock().unwrap_or_else(PoisonError::into_inner).clone();
    Ok(Came { took, logins, resumed, again, talked })
}

/// What those who come note.
#[derive(Clone)]
struct Notes {
    logins: Times,
    resumed: usize,
    again: u64,
}

/// Somebody who comes back.
struct Coming {
    number: u32,
    away: Away,
    target: Target,
    start: Duration,
    world: Arc<World>,
    notes: Arc<Mutex<Notes>>,
}

impl Coming {
    async fn login(self) -> Result<Talker<Silence>, (Inbox, anyhow::Error)> {
        let away = &self.away;
        let number = self.number as usize;
        let came = account::login_at_last(&away.dialer, &self.target, number, &away.account).await;
        let (link, tries) = match came {
            Ok(came) => came,
            Err(error) => return Err((self.away.inbox, error)),
        };
        let mut notes = self.notes.lock().unwrap_or_else(PoisonError::into_inner);
        notes.logins.note(self.world.board.age() - self.start);
        notes.resumed += usize::from(link.is_resumed());
        notes.again += tries;
        drop(notes);
        Ok(Talker::new(self.number, link, Silence, &self.world).with_past(Outbox::default(), self.away.inbox))
    }
}

/// A board for one homecoming.
pub fn board() -> Result<Board> {
    Board::start(Duration::ZERO, LIMIT * 2)
}
