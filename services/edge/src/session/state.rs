//! What the parts of a session share: what is to be sent, what was sent, and what is to be fetched.

use std::{
    collections::VecDeque,
    sync::{
        Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, AtomicU64, Ordering::Relaxed},
    },
    time::Duration,
};

use bytes::{Bytes, BytesMut};
use tmtp_grpc::delivery::{self as grpc, Entry};
use tmtp_wire::Answer;
use tokio::{sync::Notify, time::Instant};

use super::{asking::Askings, contacts::Contacts, heard::Heard, in_hand::InHand, seen::Seen};

/// A client that lets this many answers wait does not read them, and is cut off.
const ANSWERS_MAX: usize = 256;
/// Words of presence: a member came, or went.
pub const ONLINE: u32 = 1;
const OFFLINE: u32 = 2;
/// Changes of presence that may wait; the oldest go first.
const OHIS_MAX: usize = 1024;
/// Acks received and not yet durable; beyond it reading waits.
const UNSETTLED_MAX: usize = 512;
/// What leaves in one write: the plaintext of one TLS record.
const WRITE_OCTETS: usize = 16 * 1024;

/// One session, shared by its own parts and by whatever finds it in the registry.
#[derive(Debug)]
pub struct Session {
    id: grpc::Session,
    /// When it began, in nanoseconds since 1970; 0 where nobody said.
    since: u64,
    window: usize,
    redeliver: Duration,
    state: Mutex<State>,
    /// Which acks the client can have read, as long as every request had an answer.
    heard: Heard,
    /// A request had no answer, and may have been carried out.
    pub(super) unanswered: AtomicBool,
    /// The highest msgid that this session was told of.
    floor: AtomicU64,
    /// The delivery process that answered the last request, at its first try; else 0.
    follows: AtomicU64,
    /// Something is to be written.
    pub(super) output: Notify,
    /// Something is to be fetched.
    pub(super) input: Notify,
    /// Some acks became durable.
    pub(super) settled: Notify,
    /// Some requests have been dealt with.
    pub(super) answered: Notify,
    /// Reading is to end.
    pub(super) ending: Notify,
}

#[derive(Debug)]
pub(super) struct State {
    answers: VecDeque<Outgoing>,
    ohis: VecDeque<(String, u32)>,
    contacts: Contacts,
    /// Words about who is online may have been lost.
    contacts_in_doubt: bool,
    in_hand: InHand,
    /// Something may wait that was neither fetched nor pushed.
    fetch_due: bool,
    /// A fetch is under way.
    fetching: bool,
    seen: Seen,
    pub(super) askings: Askings,
    cut: Option<&'static str>,
    closing: Option<Closing>,
}

#[derive(Debug)]
struct Outgoing {
    octets: Bytes,
    /// The msgid that it tells the client.
    msgid: u64,
}

#[derive(Debug)]
struct Closing {
    text: Option<String>,
}

/// What the writer does next.
#[derive(Debug)]
pub enum Step {
    /// Write and flush these octets, then report the marks.
    Write(Bytes, Marks),
    /// Write this head, then its data as delivery brings it.
    Stream(Entry),
    /// Write the last words, then close.
    Close(Option<String>),
    /// Nothing to do now.
    Rest,
}

/// What a write carried.
#[derive(Debug, Default)]
pub struct Marks {
    messages: Vec<u64>,
    msgid: u64,
    /// Nothing of a next request had come when this was made ready.
    was_quiet: bool,
}

/// What the puller does next.
#[derive(Debug, PartialEq, Eq)]
pub enum Pull {
    /// Fetch up to this many entries, less these.
    Fetch { skip: Vec<u64>, room: usize },
    /// Wait for a change, and at most until then.
    Rest(Option<Instant>),
}

impl Session {
    pub fn new(id: grpc::Session, window: u32, redeliver: Duration) -> Self {
        let state = State::new(InHand::of(&id));
        Self {
            id,
            since: 0,
            window: window as usize,
            redeliver,
            state: Mutex::new(state),
            heard: Heard::default(),
            unanswered: AtomicBool::new(false),
            floor: AtomicU64::new(0),
            follows: AtomicU64::new(0),
            output: Notify::new(),
            input: Notify::new(),
            settled: Notify::new(),
            answered: Notify::new(),
            ending: Notify::new(),
        }
    }

    /// The same, begun at this time in nanoseconds since 1970.
    pub fn since(self, unix_nanos: u64) -> Self {
        Self { since: unix_nanos, ..self }
    }

    /// When it began, as ids tell the time.
    pub fn began(&self) -> u64 {
        self.since
    }

    pub(super) fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub fn id(&self) -> &grpc::Session {
        &self.id
    }

    pub fn key(&self) -> (i64, i64) {
        (self.id.site, self.id.node)
    }

    pub fn epoch(&self) -> i64 {
        self.id.epoch
    }

    /// For logs, which have it beside the site: its node, and which of that node's sessions it is.
    pub fn name(&self) -> String {
        format!("{}.{}", self.id.node, self.id.epoch)
    }

    /// Which acks the client can have read.
    pub fn heard(&self) -> &Heard {
        &self.heard
    }

    /// The highest msgid that this session was told of: the next one must be above it.
    pub fn floor(&self) -> u64 {
        self.floor.load(Relaxed)
    }

    /// An answer from delivery had this msgid.
    pub fn told(&self, msgid: u64) {
        self.floor.fetch_max(msgid, Relaxed);
    }

    /// The delivery process that answered the last request at its first try, or 0.
    pub fn follows(&self) -> u64 {
        self.follows.load(Relaxed)
    }

    /// This delivery process answered; 0 when another was asked before it.
    pub fn follow(&self, instance: u64) {
        self.follows.store(instance, Relaxed);
    }

    /// Whether it neither has a message in hand nor means to fetch one: whatever waits for it, it does not know.
    pub fn is_at_rest(&self) -> bool {
        let state = self.lock();
        state.in_hand.is_empty() && !state.fetch_due
    }

    // ---- told by others

    /// Something may wait for this node.
    pub fn wake(&self) {
        self.lock().fetch_due = true;
        self.input.notify_one();
    }

    /// Hints were lost: whatever comes next, the queue is looked at before anything is sent, and who is online is asked.
    pub fn distrust(&self) {
        let mut state = self.lock();
        state.fetch_due = true;
        state.doubt_contacts();
    }

    /// The client was told at its login that these are online.
    pub fn told_online<'u>(&self, uids: impl Iterator<Item = &'u String>) {
        let mut state = self.lock();
        for uid in uids {
            let _ = state.contacts.note(uid, true);
        }
    }

    /// How many words about who is online there were so far, where some may have been lost.
    pub fn contacts_in_doubt(&self) -> Option<u64> {
        let state = self.lock();
        state.contacts_in_doubt.then(|| state.contacts.words())
    }

    /// These are online, as it was after that many words. `false` where there was another one since.
    pub fn set_right(&self, online: Vec<String>, words: u64) -> bool {
        {
            let mut state = self.lock();
            let Some(amends) = state.contacts.amends(online, words) else { return false };
            state.contacts_in_doubt = false;
            // What waits to be told came before that, and is in it.
            state.ohis.clear();
            for (uid, is_online) in amends {
                state.ohi(uid, if is_online { ONLINE } else { OFFLINE });
            }
        }
        self.output.notify_one();
        true
    }

    /// A message that waits from now on, for the session of this epoch. `false`: it will be fetched in its turn, since something
    /// may have to go before it, or it may have been sent already.
    pub fn push(&self, epoch: i64, entry: &Entry) -> bool {
        let taken = {
            let mut state = self.lock();
            let taken = epoch == self.id.epoch && state.may_take(entry.id, self.window);
            if taken {
                state.take(entry.clone());
            } else {
                state.fetch_due = true;
            }
            taken
        };
        if taken {
            self.output.notify_one();
        } else {
            self.input.notify_one();
        }
        taken
    }

    /// Another member came or went. The newest word about a member replaces the one before.
    pub fn ohi(&self, from: String, status: u32) {
        self.lock().ohi(from, status);
        self.output.notify_one();
    }

    /// The node is connected elsewhere: this session is over.
    pub fn fence(&self) {
        self.close(Some("node connected elsewhere".to_owned()));
    }

    /// Ends the session as soon as what is in hand is done, without a word.
    pub fn drain(&self) {
        self.ending.notify_one();
    }

    /// Ends the session at once, whatever is in hand.
    pub fn cut(&self, why: &'static str) {
        self.lock().cut.get_or_insert(why);
        self.ending.notify_one();
    }

    /// Why the session is to end at once, if it is.
    pub fn is_cut(&self) -> Option<&'static str> {
        self.lock().cut
    }

    /// Ends the session after the answers that wait; with a last `quit`, or without a word. The first call counts.
    pub fn close(&self, text: Option<String>) {
        self.lock().closing.get_or_insert(Closing { text });
        self.output.notify_one();
    }

    // ---- the reader's side

    /// Queues an answer; `msgid` is the one that it tells the client, or 0. `false`: the client does not read its answers.
    #[must_use]
    pub fn answer(&self, octets: Bytes, msgid: u64) -> bool {
        {
            let mut state = self.lock();
            if state.answers.len() >= ANSWERS_MAX {
                return false;
            }
            state.answers.push_back(Outgoing { octets, msgid });
        }
        self.output.notify_one();
        true
    }

    /// Whether this message was sent on this link, or is about to be, and its ack is not settled.
    pub fn has_in_hand(&self, id: u64) -> bool {
        self.lock().in_hand.has(id)
    }

    /// Notes an ack from the client. `false`: it is noted already.
    #[must_use]
    pub fn acked(&self, id: u64) -> bool {
        self.lock().in_hand.note_acked(id)
    }

    /// These acks are durable: delivery will not name the messages again.
    pub fn settle(&self, ids: &[u64]) {
        {
            let mut state = self.lock();
            ids.iter().for_each(|id| state.in_hand.settle(*id));
        }
        self.settled.notify_one();
        self.input.notify_one();
    }

    /// Waits until no more than `left` acks are on their way to delivery.
    async fn settled_down_to(&self, left: usize) {
        while self.lock().in_hand.unsettled() > left {
            self.settled.notified().await;
        }
    }

    /// Waits until another ack may be taken.
    pub async fn room_for_ack(&self) {
        self.settled_down_to(UNSETTLED_MAX).await;
    }

    /// Waits until every ack received is durable.
    pub async fn all_settled(&self) {
        self.settled_down_to(0).await;
    }

    // ---- the puller's side

    pub fn next_pull(&self, now: Instant) -> Pull {
        let mut state = self.lock();
        let due = state.expire(now, self.redeliver);
        let room = self.window.saturating_sub(state.in_hand.unacked());
        if !state.fetch_due || !state.in_hand.ready.is_empty() || room == 0 {
            return Pull::Rest(due);
        }
        state.fetch_due = false;
        state.fetching = true;
        Pull::Fetch { skip: state.in_hand.ids(), room }
    }

    /// Takes what was fetched; `more` says that delivery has more.
    pub fn fetched(&self, entries: Vec<Entry>, more: bool) {
        metrics::counter!("tmtp_edge_entries_fetched_total").increment(entries.len() as u64);
        {
            let mut state = self.lock();
            state.fetching = false;
            state.fetch_due |= more;
            entries.into_iter().for_each(|entry| state.take(entry));
        }
        self.output.notify_one();
    }

    /// A fetch came to nothing; it is still due.
    pub fn fetch_failed(&self) {
        let mut state = self.lock();
        state.fetching = false;
        state.fetch_due = true;
    }

    // ---- the writer's side

    pub fn next_step(&self) -> Step {
        let mut state = self.lock();
        let mut batch = Batch::default();
        batch.marks.was_quiet = self.heard.is_quiet();
        while let Some(answer) = state.answers.pop_front_if(|answer| batch.fits(answer.octets.len())) {
            batch.marks.msgid = batch.marks.msgid.max(answer.msgid);
            batch.octets.extend_from_slice(&answer.octets);
        }
        if state.answers.is_empty()
            && batch.octets.is_empty()
            && let Some(closing) = &state.closing
        {
            return Step::Close(closing.text.clone());
        }
        if state.answers.is_empty() && state.closing.is_none() {
            state.take_ohis(&mut batch);
            if let Some(large) = state.take_ready(&mut batch) {
                return Step::Stream(large);
            }
        }
        if batch.octets.is_empty() {
            return Step::Rest;
        }
        drop(state);
        Step::Write(batch.octets.freeze(), batch.marks)
    }

    /// These octets are in the kernel's hands.
    pub fn written(&self, marks: &Marks) {
        if !self.unanswered.load(Relaxed) {
            self.heard.written(marks.msgid, marks.was_quiet);
        }
        {
            let mut state = self.lock();
            marks.messages.iter().for_each(|id| state.in_hand.note_sent(*id));
        }
        self.input.notify_one();
    }

    /// A message was streamed to its end.
    pub fn streamed(&self, id: u64) {
        self.written(&Marks { messages: vec![id], ..Marks::default() });
    }
}

impl State {
    fn new(in_hand: InHand) -> Self {
        Self {
            answers: VecDeque::new(),
            ohis: VecDeque::new(),
            contacts: Contacts::default(),
            contacts_in_doubt: false,
            in_hand,
            fetch_due: true,
            fetching: false,
            seen: Seen::default(),
            askings: Askings::default(),
            cut: None,
            closing: None,
        }
    }

    /// Takes a message in hand, unless it is already.
    fn take(&mut self, entry: Entry) {
        let id = entry.id;
        if self.in_hand.take(entry) {
            self.seen.note(id);
        }
    }

    /// Whether a message that nobody fetched may be sent: nothing else can be waiting, and it was not sent before.
    fn may_take(&self, id: u64, window: usize) -> bool {
        !self.fetch_due && !self.fetching && self.seen.is_new(id) && self.in_hand.unacked() < window
    }

    /// Messages whose ack did not come in time are fetched again; says when the next one is due.
    fn expire(&mut self, now: Instant, redeliver: Duration) -> Option<Instant> {
        let (expired, due) = self.in_hand.expire(now, redeliver);
        if expired > 0 {
            metrics::counter!("tmtp_redeliveries_total").increment(expired);
            self.fetch_due = true;
        }
        due
    }

    fn ohi(&mut self, from: String, status: u32) {
        self.contacts.heard();
        self.ohis.retain(|(uid, _)| *uid != from);
        if self.ohis.len() >= OHIS_MAX {
            self.ohis.pop_front();
            self.doubt_contacts();
        }
        self.ohis.push_back((from, status));
    }

    fn doubt_contacts(&mut self) {
        self.contacts.heard();
        self.contacts_in_doubt = true;
    }

    fn take_ohis(&mut self, batch: &mut Batch) {
        while let Some((from, status)) = self.ohis.pop_front_if(|(from, _)| batch.fits(from.len() + 64)) {
            if !self.contacts.note(&from, status == ONLINE) {
                continue;
            }
            let status = u8::try_from(status).unwrap_or(2);
            if let Ok(octets) = (Answer::Ohi { from, status }).encode() {
                batch.octets.extend_from_slice(&octets);
            }
        }
    }

    /// Adds messages as long as each is whole within one write. A message whose data is not here comes back, to be streamed,
    /// when it is first in line.
    fn take_ready(&mut self, batch: &mut Batch) -> Option<Entry> {
        while let Some(first) = self.in_hand.ready.first_entry() {
            let entry = first.get();
            let is_large = entry.data.len() as u64 != entry.data_len;
            if is_large && batch.octets.is_empty() {
                return Some(first.remove());
            }
            if is_large || !batch.fits(entry.head.len() + entry.data.len()) {
                return None;
            }
            let entry = first.remove();
            batch.octets.extend_from_slice(&entry.head);
            batch.octets.extend_from_slice(&entry.data);
            batch.marks.messages.push(entry.id);
        }
        None
    }
}

#[derive(Debug, Default)]
struct Batch {
    octets: BytesMut,
    marks: Marks,
}

impl Batch {
    /// Whether so much more still leaves in the same write; the first thing always does.
    fn fits(&self, octets: usize) -> bool {
        self.octets.is_empty() || self.octets.len() + octets <= WRITE_OCTETS
    }
}

#[cfg(test)]
#[path = "state_tests.rs"]
mod tests;
