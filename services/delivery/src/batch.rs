//! One transaction for many requests.

use std::collections::BTreeMap;

use tmtp_platform::clock::day;
use tmtp_store::{Batch, Committed, Recorded, RequestClaim, RequestKey, Sent};
use tokio::time::Instant;

use crate::{
    clock::Ids,
    compose::Outbox,
    core::Core,
    decide::{self, Marks},
    fault::Fault,
    lookup::{self, Known, Memory},
    refusal::Refusal,
    room::Rooms,
    writer::Posting,
};

/// How often members may turn out to be others than was believed; it takes an edit of theirs at that very moment.
const ATTEMPTS: u32 = 8;

/// What became of a request.
#[derive(Debug, Clone)]
pub(crate) enum Outcome {
    /// Its messages are durable.
    Done(Recorded),
    /// It was carried out before; nothing happened.
    Repeated(Recorded),
    Refused(Refusal),
}

/// Carries out all of these requests or, when it fails, none. One outcome for each, in order.
///
/// Everything is decided on what is believed of the members concerned, and committed if that holds. Nobody is refused on
/// what is only remembered.
pub(crate) async fn commit(core: &Core, postings: &[&Posting]) -> Result<Vec<Outcome>, Fault> {
    let round = Round::new(core, postings);
    for (posting, marks) in postings.iter().zip(&round.marks) {
        posting.trace_wait(marks.recorded.id);
    }
    let asked: Vec<_> = round.firsts.iter().map(|at| postings[*at]).collect();
    let mut memory = Memory::Trusted;
    for _ in 0..ATTEMPTS {
        let known = lookup::read(core, &asked, memory).await?;
        let decided = round.decide(core, &known, |_| Turn::New);
        memory = Memory::Ignored;
        if known.remembered && decided.is_doubtful {
            continue;
        }
        if let Committed::Done { before, connected } = post(core, &round, &known, &decided).await? {
            let outcomes = round.outcomes(&before, &decided.verdicts);
            for (_, sent) in decided.sent.iter().filter(|(claim, _)| before[*claim].is_none()) {
                core.sent.add(sent.site, day(sent.posted.0), sent.messages);
            }
            if before.iter().all(Option::is_none) {
                decided.outbox.tell(core, connected).await?;
            } else {
                // Others are to hear of it than was thought.
                let turn = |claim: usize| Turn::of(before[claim], &decided.verdicts[claim]);
                round.decide(core, &known, turn).outbox.committed(core).await?;
            }
            return Ok(outcomes);
        }
    }
    Err(Fault::Busy("members keep changing"))
}

async fn post(core: &Core, round: &Round<'_>, known: &Known, decided: &Decided) -> Result<Committed, Fault> {
    let is_refused = |claim: &usize| decided.verdicts[*claim].is_err();
    let refused: Vec<usize> = (0..decided.verdicts.len()).filter(is_refused).collect();
    let started = Instant::now();
    let batch = Batch {
        believed: &known.believed,
        claims: &round.claims,
        refused: &refused,
        messages: &decided.outbox.messages,
        claim_of: &decided.claim_of,
        entries: &decided.outbox.entries,
        sent: &decided.sent,
    };
    let done = core.note(core.store.post(&batch).await.map_err(Fault::from));
    metrics::histogram!("tmtp_commit_duration_seconds").record(started.elapsed().as_secs_f64());
    if matches!(done, Err(Fault::InDoubt(_))) {
        core.telling.lose();
    }
    done
}

/// What is done with a claim.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Turn {
    New,
    /// It was carried out before. Its receivers are woken once more: whoever did it may have died before it told of it, and
    /// later messages of the sender must not get ahead.
    Repeated,
    Refused,
}

impl Turn {
    fn of(before: Option<Recorded>, verdict: &Result<(), Refusal>) -> Self {
        match (before, verdict) {
            (Some(_), _) => Self::Repeated,
            (None, Ok(())) => Self::New,
            (None, Err(_)) => Self::Refused,
        }
    }
}

/// The requests of a batch, and those of them that are the same.
struct Round<'p> {
    begun: Instant,
    postings: &'p [&'p Posting],
    marks: Vec<Marks>,
    /// What is to be recorded, in ascending order of key.
    claims: Vec<RequestClaim>,
    /// For each claim the first request of that key.
    firsts: Vec<usize>,
    /// For each request its claim.
    claim_of: Vec<usize>,
}

/// What a batch comes to.
struct Decided {
    /// For each claim.
    verdicts: Vec<Result<(), Refusal>>,
    outbox: Outbox,
    /// For each message of the outbox its claim.
    claim_of: Vec<usize>,
    /// What is counted of each claim that is carried out.
    sent: Vec<(usize, Sent)>,
    /// Somebody is refused on what may only be remembered. How much a site has sent is no such thing: it grows.
    is_doubtful: bool,
}

impl<'p> Round<'p> {
    fn new(core: &Core, postings: &'p [&'p Posting]) -> Self {
        let begun = Instant::now();
        let marks: Vec<Marks> = postings.iter().map(|posting| mark(core, posting)).collect();
        let mut by_key: BTreeMap<RequestKey, Vec<usize>> = BTreeMap::new();
        for (at, posting) in postings.iter().enumerate() {
            by_key.entry(posting.asked.key()).or_default().push(at);
        }
        let mut claim_of = vec![0; postings.len()];
        let (mut claims, mut firsts) = (Vec::new(), Vec::new());
        for same in by_key.into_values() {
            for at in &same {
                claim_of[*at] = claims.len();
            }
            let first = same[0];
            claims.push(postings[first].asked.claim(marks[first].recorded));
            firsts.push(first);
        }
        Self { begun, postings, marks, claims, firsts, claim_of }
    }

    /// Decides the claims, in the order that their requests came.
    fn decide(&self, core: &Core, known: &Known, turn: impl Fn(usize) -> Turn) -> Decided {
        let nothing = crate::resolve::View::default();
        let (mut rooms, mut spent) = (Rooms::new(known.loads.clone()), known.spent.clone());
        let mut decided = Decided {
            verdicts: vec![Ok(()); self.claims.len()],
            outbox: Outbox::since(self.begun),
            claim_of: Vec::new(),
            sent: Vec::new(),
            is_doubtful: false,
        };
        for (at, posting) in self.postings.iter().enumerate() {
            let claim = self.claim_of[at];
            let turn = turn(claim);
            if self.firsts[claim] != at || turn == Turn::Refused {
                continue;
            }
            let asked = &posting.asked;
            let view = known.views.get(&asked.session.site).unwrap_or(&nothing);
            let messages =
                decide::decide(view, posting, self.marks[at], core.options.entries_per_message_max);
            if turn == Turn::Repeated {
                messages.into_iter().flatten().for_each(|message| decided.outbox.wake(message.nodes));
                continue;
            }
            if let Err(refusal) = spent.check(&asked.site) {
                decided.verdicts[claim] = Err(refusal);
                continue;
            }
            let fits = |messages: Vec<_>| rooms.take(&asked.site.settings, &messages).map(|()| messages);
            match messages.and_then(fits) {
                Ok(messages) => {
                    spent.take(&asked.site);
                    messages.into_iter().for_each(|message| decided.outbox.add(message, asked.may_push));
                    decided.claim_of.resize(decided.outbox.messages.len(), claim);
                    let (site, posted) = (asked.session.site, self.marks[at].recorded.posted);
                    let sent = Sent { site, posted, messages: 1, octets: posting.octets() };
                    decided.sent.push((claim, sent));
                }
                Err(refusal) => {
                    decided.verdicts[claim] = Err(refusal);
                    decided.is_doubtful = true;
                }
            }
        }
        decided
    }

    /// What becomes of each request. Whoever repeats another of this batch is answered like it.
    fn outcomes(&self, before: &[Option<Recorded>], verdicts: &[Result<(), Refusal>]) -> Vec<Outcome> {
        let of = |at: usize| {
            let claim = self.claim_of[at];
            let first = self.firsts[claim];
            match (before[claim], &verdicts[claim]) {
                (Some(recorded), _) => Outcome::Repeated(recorded),
                (None, Err(refusal)) => Outcome::Refused(refusal.clone()),
                (None, Ok(())) if first == at => Outcome::Done(self.marks[at].recorded),
                (None, Ok(())) => Outcome::Repeated(self.marks[first].recorded),
            }
        };
        (0..self.postings.len()).map(of).collect()
    }
}

fn mark(core: &Core, posting: &Posting) -> Marks {
    let recorded = core.ids.record(posting.asked.floor);
    Marks { recorded, note_id: Ids::beside(recorded.id) }
}
