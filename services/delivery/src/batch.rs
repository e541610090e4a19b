//! One transaction for many requests.

use std::collections::{BTreeSet, HashMap};

use tmtp_store::{Recorded, RequestKey, SiteId, Tx};

use crate::{
    clock::Ids,
    compose::Outbox,
    core::{self, Core},
    decide::{self, Marks},
    fault::Fault,
    lookup,
    refusal::Refusal,
    room::Rooms,
    writer::Posting,
};

/// What became of a request.
#[derive(Debug, Clone)]
pub(crate) enum Outcome {
    /// Its messages are durable.
    Done(Recorded),
    /// It was carried out before; nothing happened.
    Repeated(Recorded),
    Refused(Refusal),
}

/// What the record of requests says to one of them.
#[derive(Debug, Clone, Copy)]
enum Claim {
    New,
    Repeats(Recorded),
    /// The same as an earlier one of this batch.
    Follows(usize),
}

/// Carries out all of these requests or, when it fails, none. One outcome for each, in order.
pub(crate) async fn commit(core: &Core, postings: &[&Posting]) -> Result<Vec<Outcome>, Fault> {
    let marks: Vec<_> = postings.iter().map(|posting| mark(core, posting)).collect();
    for (posting, marks) in postings.iter().zip(&marks) {
        posting.trace_wait(marks.recorded.id);
    }
    let mut outbox = Outbox::new();
    let mut tx = core.store.begin().await?;
    let sites: BTreeSet<SiteId> = postings.iter().map(|posting| posting.asked.session.site).collect();
    tx.hold_nodes(&sites.into_iter().collect::<Vec<_>>()).await?;
    let claims = claim(&mut *tx, postings, &marks).await?;
    let decided = carry_out(core, &mut *tx, postings, &marks, &claims, &mut outbox).await?;
    let outcomes = outcomes(&claims, &decided);
    if outcomes.iter().any(|outcome| matches!(outcome, Outcome::Done(_))) {
        release(&mut *tx, postings, &outcomes).await?;
        outbox.write(&mut *tx).await?;
        core::commit(tx).await?;
    } else {
        // Before anything is told: asking who is connected takes another connection.
        drop(tx);
    }
    if outbox.has_something_to_tell() {
        outbox.committed(core).await?;
    }
    Ok(outcomes)
}

fn mark(core: &Core, posting: &Posting) -> Marks {
    let recorded = core.ids.record(posting.asked.floor);
    Marks { recorded, note_id: Ids::beside(recorded.id) }
}

/// Claims all requests, in ascending order of key.
async fn claim(tx: &mut dyn Tx, postings: &[&Posting], marks: &[Marks]) -> Result<Vec<Claim>, Fault> {
    let keys: Vec<RequestKey> = postings.iter().map(|posting| posting.asked.key()).collect();
    let mut order: Vec<usize> = (0..keys.len()).collect();
    order.sort_by(|a, b| keys[*a].cmp(&keys[*b]));
    let sorted: Vec<_> = order.iter().map(|at| postings[*at].asked.claim(marks[*at].recorded)).collect();
    let answers = tx.claim_requests(&sorted).await?;
    let mut claims = vec![Claim::New; postings.len()];
    let mut leaders: HashMap<&RequestKey, usize> = HashMap::new();
    for (at, answer) in order.into_iter().zip(answers) {
        claims[at] = match (answer, leaders.get(&keys[at])) {
            (_, Some(leader)) => Claim::Follows(*leader),
            (None, None) => {
                leaders.insert(&keys[at], at);
                Claim::New
            }
            (Some(recorded), None) => Claim::Repeats(recorded),
        };
    }
    Ok(claims)
}

/// Decides all new requests, in the order they came. Of those that are repeated the receivers are woken once more: whoever
/// carried them out may have died before it told of them, and later messages of the sender must not get ahead.
async fn carry_out(
    core: &Core,
    tx: &mut dyn Tx,
    postings: &[&Posting],
    marks: &[Marks],
    claims: &[Claim],
    outbox: &mut Outbox,
) -> Result<Vec<Option<Outcome>>, Fault> {
    let leads = |at: &usize| !matches!(claims[*at], Claim::Follows(_));
    let leading: Vec<_> = (0..postings.len()).filter(leads).collect();
    let mut decided = vec![None; postings.len()];
    let asked: Vec<_> = leading.iter().map(|at| postings[*at]).collect();
    let (views, loads) = lookup::read(core, tx, &asked).await?;
    let nothing = crate::resolve::View::default();
    let mut rooms = Rooms::new(loads);
    for at in leading {
        let asked = &postings[at].asked;
        let view = views.get(&asked.session.site).unwrap_or(&nothing);
        let messages = decide::decide(view, postings[at], marks[at], core.options.entries_per_message_max);
        if let Claim::Repeats(_) = claims[at] {
            messages.into_iter().flatten().for_each(|message| outbox.wake(message.nodes));
            continue;
        }
        let messages =
            messages.and_then(|messages| rooms.take(&asked.site.settings, &messages).map(|()| messages));
        decided[at] = Some(match messages {
            Err(refusal) => Outcome::Refused(refusal),
            Ok(messages) => {
                messages.into_iter().for_each(|message| outbox.add(message, asked.may_push));
                outbox.count(asked.session.site, marks[at].recorded.posted, postings[at].octets());
                Outcome::Done(marks[at].recorded)
            }
        });
    }
    Ok(decided)
}

/// Joins what was decided with what was known before. Whoever follows another is answered like it.
fn outcomes(claims: &[Claim], decided: &[Option<Outcome>]) -> Vec<Outcome> {
    let of = |at: usize| match (&claims[at], &decided[at]) {
        (Claim::Repeats(recorded), _) => Outcome::Repeated(*recorded),
        (Claim::Follows(leader), _) => match &decided[*leader] {
            Some(Outcome::Done(recorded)) => Outcome::Repeated(*recorded),
            Some(other) => other.clone(),
            None => Outcome::Refused(Refusal::session_over()),
        },
        (Claim::New, Some(outcome)) => outcome.clone(),
        (Claim::New, None) => Outcome::Refused(Refusal::session_over()),
    };
    (0..claims.len()).map(of).collect()
}

/// Takes back the records of those refused: asked again, they are looked at again.
async fn release(tx: &mut dyn Tx, postings: &[&Posting], outcomes: &[Outcome]) -> Result<(), Fault> {
    let refused = postings.iter().zip(outcomes).filter(|(_, outcome)| matches!(outcome, Outcome::Refused(_)));
    let keys: BTreeSet<_> = refused.map(|(posting, _)| posting.asked.key()).collect();
    if !keys.is_empty() {
        tx.release_requests(&keys.into_iter().collect::<Vec<_>>()).await?;
    }
    Ok(())
}
