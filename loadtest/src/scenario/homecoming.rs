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
/// Most time for posting, and most time for coming back.
const LIMIT: Duration = Duration::from_secs(600);

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
    /// All members, the sender last.
    pub talked: Vec<Talked>,
}

/// Posts so many messages to each who is away, then lets all come back at once. The world's board begins now.
pub async fn run(world: &Arc<World>, home: Household, each: u32, sizes: &Sizes, processes: &[Process]) -> Result<Came> {
    let count = home.away.len() as u32;
    let mut course = Course::new(world);
    let plan = Fixed::new(0..count, each * count, WINDOW, sizes.clone());
    let sender = Talker::new(count, home.sender, plan, world).with_past(home.outbox, home.sender_inbox);
    course.enter(sender);
    let total = u64::from(each) * u64::from(count);
    course.wait_until(LIMIT, |board| board.answered() >= total).await;
    world.board.count_from_now();
    let logins = Arc::new(Mutex::new((Times::new()?, 0)));
    let start = world.board.age();
    for (number, away) in (0..).zip(home.away) {
        let target = home.targets[(number as usize + home.turn) % home.targets.len()].clone();
        let (world, logins) = (Arc::clone(world), Arc::clone(&logins));
        course.enter_late(number, async move {
            let link = match account::login(&away.dialer, &target, number as usize, &away.account).await {
                Ok(link) => link,
                Err(error) => return Err((away.inbox, error)),
            };
            let mut noted = logins.lock().unwrap_or_else(PoisonError::into_inner);
            noted.0.note(world.board.age() - start);
            noted.1 += usize::from(link.is_resumed());
            drop(noted);
            Ok(Talker::new(number, link, Silence, &world).with_past(Outbox::default(), away.inbox))
        });
    }
    let took = course.measure_until(processes, |board| board.arrived() >= total).await?;
    let talked = course.drain(Duration::from_secs(10)).await?;
    let (logins, resumed) = logins.lock().unwrap_or_else(PoisonError::into_inner).clone();
    Ok(Came { took, logins, resumed, talked })
}

/// A board for one homecoming.
pub fn board() -> Result<Board> {
    Board::start(Duration::ZERO, LIMIT * 2)
}
