//! Judges a history. Five things must hold, whatever was struck meanwhile:
//!
//! 1. Every request that was acked reached exactly the nodes it was addressed to.
//! 2. A request made one message: all who received it, and every ack of it, name the same id; and an id names one message.
//! 3. What a node acked does not come again once the ack is *settled*.
//! 4. One sender's requests have growing ids, and reach each node in the order sent.
//! 5. Nobody saw anything that must never happen, such as a valid login refused.
//!
//! A server that was brought back from a backup does not remember some time. What was acked to a sender in it may
//! be lost, what a receiver acked in it may come again, under the same id, and a request that was not acked before it may
//! have made a message before and another one after. All else holds.
//!
//! When is an ack settled? A server may have lost an ack that it had not yet stored when it was struck, so it is not
//! enough that the ack was written. It is settled when, on the same connection and after it was written,
//! either `logout ok` came, which a server says only when all acks before it are durable; or a request was acked that was
//! *sent* a while ([`GRACE`], or less where nothing was struck that an ack passes through) or more after the ack was written:
//! by then the server had read the ack that long ago, and had stored it, or tried again with success, since it was able to
//! store the request.

use std::{
    collections::{BTreeSet, HashMap, HashSet},
    time::Duration,
};

use anyhow::{Result, bail};

use super::history::{Deed, Event, History, Request};

/// How long a server may take to store an ack while all its parts work or come back.
pub const GRACE: Duration = Duration::from_secs(15);
/// The same where the edges, the delivery processes and the database always worked, on a busy machine.
pub const UNTROUBLED: Duration = Duration::from_secs(5);
/// Most complaints listed.
const LISTED: usize = 25;

/// What a good history consisted of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Tally {
    /// Requests that were acked.
    pub acked: usize,
    /// Requests that were sent more than once.
    pub resent: usize,
    /// Messages received for the first time by a node.
    pub received: usize,
    /// Messages that a node received again, rightly.
    pub redelivered: usize,
    /// Acks known to be settled.
    pub settled: usize,
    /// Connections made.
    pub links: usize,
}

/// Judges a history in which an ack was stored this long after it was read.
///
/// # Errors
/// Lists what does not hold.
pub fn check(history: &History, grace: Duration) -> Result<Tally> {
    let mut judge = Judge { grace, ..Judge::default() };
    for (node, events) in history.nodes.iter().enumerate() {
        judge.read_requests(node, events, history);
    }
    for (node, events) in history.nodes.iter().enumerate() {
        judge.read_receptions(node, events, history);
    }
    judge.compare_addressees();
    judge.verdict()
}

/// What is known of a request.
#[derive(Debug, Default)]
struct Fate {
    addressees: BTreeSet<usize>,
    sent: usize,
    acked: bool,
    /// It may have been undone, and made anew.
    twice: bool,
    msgid: Option<String>,
    reached: BTreeSet<usize>,
}

#[derive(Debug, Default)]
struct Judge {
    grace: Duration,
    requests: HashMap<Request, Fate>,
    messages: HashMap<String, Request>,
    tally: Tally,
    complaints: Vec<String>,
}

impl Judge {
    /// What a node sent, and what it was told of it.
    fn read_requests(&mut self, node: usize, events: &[Event], history: &History) {
        let mut last: Option<(u32, String)> = None;
        for event in events {
            match &event.deed {
                Deed::Sent { seq, addressees } => {
                    let fate = self.requests.entry(Request { node, seq: *seq }).or_default();
                    fate.addressees.clone_from(addressees);
                    fate.sent += 1;
                    fate.twice |= history.is_former_life(event.at);
                }
                Deed::Acked { seq, msgid } => {
                    let request = Request { node, seq: *seq };
                    let fate = self.requests.entry(request).or_default();
                    fate.acked |= !history.is_lost(event.at);
                    fate.twice &= history.lost.as_ref().is_some_and(|lost| event.at >= *lost.start());
                    if msgid.is_empty() {
                        continue;
                    }
                    self.name(request, msgid, "its ack");
                    if let Some((former, id)) = &last
                        && (former < seq) != (id < msgid)
                        && former != seq
                    {
                        self.complain(format!(
                            "node {node}: request {former} has id {id}, {seq} has {msgid}"
                        ));
                    }
                    last = Some((*seq, msgid.clone()));
                }
                Deed::Wrong(what) => self.complain(format!("node {node} at {:?}: {what}", event.at)),
                Deed::Received { .. } | Deed::Heard { .. } | Deed::WroteAck { .. } | Deed::LoggedOut => {}
            }
        }
    }

    /// Notes which message a request became, as somebody saw it.
    fn name(&mut self, request: Request, msgid: &str, who: &str) {
        let fate = self.requests.entry(request).or_default();
        match &fate.msgid {
            None => fate.msgid = Some(msgid.to_owned()),
            Some(other) if other == msgid => {}
            Some(_) if fate.twice => fate.msgid = Some(msgid.to_owned()),
            Some(other) => {
                let complaint =
                    format!("{request:?} made two messages: {other}, and {msgid} according to {who}");
                self.complain(complaint);
            }
        }
        let owner = *self.messages.entry(msgid.to_owned()).or_insert(request);
        if owner != request {
            self.complain(format!("{msgid} names two messages: {owner:?} and {request:?}"));
        }
    }

    /// What came to a node, in which order, and whether it may come.
    fn read_receptions(&mut self, node: usize, events: &[Event], history: &History) {
        let remembered = events.iter().enumerate().filter(|(_, event)| !history.is_lost(event.at));
        let settled_at = settled(remembered, self.grace);
        self.tally.settled += settled_at.len();
        self.tally.links += events.iter().map(|e| e.link).collect::<HashSet<_>>().len();
        let mut seen = HashSet::new();
        let mut ever = Sequence::default();
        let mut on_link = HashMap::<u32, Sequence>::new();
        for (index, event) in events.iter().enumerate() {
            if let Deed::Heard { request, msgid } = &event.deed {
                self.name(*request, msgid, &format!("another message at node {node}"));
            }
            let Deed::Received { msgid, request, ahead } = &event.deed else { continue };
            if settled_at.get(msgid).is_some_and(|at| *at < index) {
                self.complain(format!(
                    "node {node} at {:?}: {msgid} ({request:?}) came after its ack was settled",
                    event.at
                ));
            }
            let first = seen.insert(msgid.clone());
            *(if first { &mut self.tally.received } else { &mut self.tally.redelivered }) += 1;
            let Some(request) = *request else { continue };
            self.name(request, msgid, &format!("node {node}"));
            self.requests.entry(request).or_default().reached.insert(node);
            if *ahead {
                continue;
            }
            let in_order = ever.take(request) & on_link.entry(event.link).or_default().take(request);
            if !in_order {
                self.complain(format!(
                    "node {node} at {:?}: {request:?} came after a later one of its sender",
                    event.at
                ));
            }
        }
    }

    fn compare_addressees(&mut self) {
        let mut complaints = Vec::new();
        for (request, fate) in &self.requests {
            let strangers: Vec<_> = fate.reached.difference(&fate.addressees).collect();
            let missed: Vec<_> = fate.addressees.difference(&fate.reached).collect();
            if !strangers.is_empty() {
                complaints.push(format!("{request:?} reached {strangers:?}, to whom it was not addressed"));
            }
            if fate.acked && !missed.is_empty() {
                complaints
                    .push(format!("{request:?} ({:?}) was acked and did not reach {missed:?}", fate.msgid));
            }
            self.tally.acked += usize::from(fate.acked);
            self.tally.resent += usize::from(fate.sent > 1);
        }
        complaints.sort();
        complaints.into_iter().for_each(|complaint| self.complain(complaint));
    }

    fn complain(&mut self, complaint: String) {
        self.complaints.push(complaint);
    }

    fn verdict(self) -> Result<Tally> {
        if self.complaints.is_empty() {
            return Ok(self.tally);
        }
        let listed = self.complaints.iter().take(LISTED).map(String::as_str).collect::<Vec<_>>().join("\n");
        bail!("{} complaints ({:?}):\n{listed}", self.complaints.len(), self.tally)
    }
}

/// The requests of each sender that came, in order.
#[derive(Debug, Default)]
struct Sequence {
    seen: HashSet<Request>,
    last: HashMap<usize, u32>,
}

impl Sequence {
    /// Whether a request that came first now is later than all of its sender that came before.
    fn take(&mut self, request: Request) -> bool {
        if !self.seen.insert(request) {
            return true;
        }
        self.last.insert(request.node, request.seq).is_none_or(|last| last < request.seq)
    }
}

/// Which of a node's acks are settled, and by which of its events.
fn settled<'a>(events: impl Iterator<Item = (usize, &'a Event)>, grace: Duration) -> HashMap<String, usize> {
    let mut written = HashMap::<u32, Vec<(Duration, &str)>>::new();
    let mut first_sent = HashMap::<(u32, u32), Duration>::new();
    let mut settled = HashMap::new();
    for (index, event) in events {
        let before = match &event.deed {
            Deed::Sent { seq, .. } => {
                first_sent.entry((event.link, *seq)).or_insert(event.at);
                continue;
            }
            Deed::WroteAck { msgid } => {
                written.entry(event.link).or_default().push((event.at, msgid));
                continue;
            }
            Deed::Acked { seq, .. } => match first_sent.get(&(event.link, *seq)) {
                Some(sent) => sent.checked_sub(grace),
                None => None,
            },
            Deed::LoggedOut => Some(event.at),
            Deed::Received { .. } | Deed::Heard { .. } | Deed::Wrong(_) => None,
        };
        let (Some(before), Some(acks)) = (before, written.get_mut(&event.link)) else { continue };
        acks.retain(|(at, msgid)| {
            if *at <= before {
                settled.entry((*msgid).to_owned()).or_insert(index);
            }
            *at > before
        });
    }
    settled
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(second: u64, link: u32, deed: Deed) -> Event {
        Event { at: Duration::from_secs(second), link, deed }
    }

    fn sent(second: u64, seq: u32, to: &[usize]) -> Event {
        at(second, 0, Deed::Sent { seq, addressees: to.iter().copied().collect() })
    }

    fn acked(second: u64, seq: u32, msgid: &str) -> Event {
        at(second, 0, Deed::Acked { seq, msgid: msgid.into() })
    }

    fn got(second: u64, link: u32, msgid: &str, seq: u32) -> Event {
        let request = Some(Request { node: 0, seq });
        at(second, link, Deed::Received { msgid: msgid.into(), request, ahead: false })
    }

    fn wrote_ack(second: u64, link: u32, msgid: &str) -> Event {
        at(second, link, Deed::WroteAck { msgid: msgid.into() })
    }

    fn check(history: &History) -> Result<Tally> {
        super::check(history, GRACE)
    }

    /// Node 0 sends two requests to node 1, which does and sees this.
    fn judge(receiver: Vec<Event>) -> Result<Tally> {
        judge_with(GRACE, receiver)
    }

    fn judge_with(grace: Duration, receiver: Vec<Event>) -> Result<Tally> {
        let sender = vec![sent(0, 0, &[1]), acked(1, 0, "a"), sent(2, 1, &[1]), acked(3, 1, "b")];
        super::check(&History { nodes: vec![sender, receiver], ..History::default() }, grace)
    }

    /// The same, and the server remembers nothing of the seconds 2 to 10.
    fn judge_brought_back(receiver: Vec<Event>) -> Result<Tally> {
        let sender = vec![sent(0, 0, &[1]), acked(1, 0, "a"), sent(2, 1, &[1]), acked(3, 1, "b")];
        let lost = Some(Duration::from_secs(2)..=Duration::from_secs(10));
        check(&History { nodes: vec![sender, receiver], lost })
    }

    fn complaint(history: Result<Tally>) -> String {
        format!("{:?}", history.unwrap_err())
    }

    #[test]
    fn a_good_history_passes_and_is_counted() {
        let tally =
            judge(vec![got(1, 0, "a", 0), wrote_ack(1, 0, "a"), got(3, 0, "b", 1), wrote_ack(3, 0, "b")])
                .unwrap();
        assert_eq!(tally, Tally { acked: 2, received: 2, links: 2, ..Tally::default() });
    }

    #[test]
    fn an_acked_request_that_did_not_arrive_is_seen() {
        assert!(complaint(judge(vec![got(1, 0, "a", 0)])).contains("did not reach [1]"));
    }

    #[test]
    fn a_request_that_was_not_acked_may_be_lost() {
        let sender = vec![sent(0, 0, &[1])];
        check(&History { nodes: vec![sender, vec![]], ..History::default() }).unwrap();
    }

    #[test]
    fn a_message_for_somebody_else_is_seen() {
        let sender = vec![sent(0, 0, &[1]), acked(1, 0, "a")];
        let history = History {
            nodes: vec![sender, vec![got(1, 0, "a", 0)], vec![got(1, 0, "a", 0)]],
            ..History::default()
        };
        assert!(complaint(check(&history)).contains("reached [2]"));
    }

    #[test]
    fn a_request_that_made_two_messages_is_seen() {
        let twice = vec![got(1, 0, "a", 0), got(1, 0, "aa", 0), got(3, 0, "b", 1)];
        assert!(complaint(judge(twice)).contains("made two messages"));
        let sender = vec![sent(0, 0, &[]), acked(1, 0, "a"), sent(2, 0, &[]), acked(3, 0, "b")];
        assert!(
            complaint(check(&History { nodes: vec![sender], ..History::default() }))
                .contains("made two messages")
        );
    }

    #[test]
    fn an_id_that_names_two_messages_is_seen() {
        assert!(complaint(judge(vec![got(1, 0, "a", 0), got(3, 0, "a", 1)])).contains("names two messages"));
    }

    #[test]
    fn an_id_that_does_not_grow_is_seen() {
        let sender = vec![sent(0, 0, &[]), acked(1, 0, "b"), sent(2, 1, &[]), acked(3, 1, "a")];
        assert!(
            complaint(check(&History { nodes: vec![sender], ..History::default() }))
                .contains("request 0 has id b, 1 has a")
        );
    }

    #[test]
    fn a_message_that_came_out_of_order_is_seen() {
        assert!(
            complaint(judge(vec![got(3, 0, "b", 1), got(3, 0, "a", 0)])).contains("came after a later one")
        );
        let again_out_of_order =
            vec![got(1, 0, "a", 0), got(3, 0, "b", 1), got(4, 1, "b", 1), got(4, 1, "a", 0)];
        assert!(complaint(judge(again_out_of_order)).contains("came after a later one"));
    }

    #[test]
    fn a_message_may_come_again_in_order_and_on_the_same_link_anyhow() {
        let again = vec![
            got(1, 0, "a", 0),
            got(3, 0, "b", 1),
            got(33, 0, "a", 0),
            got(40, 1, "a", 0),
            got(40, 1, "b", 1),
        ];
        assert_eq!(judge(again).unwrap().redelivered, 3);
    }

    #[test]
    fn a_message_that_comes_after_logout_ok_is_seen() {
        let quit = [got(1, 0, "a", 0), wrote_ack(1, 0, "a"), got(3, 0, "b", 1), at(4, 0, Deed::LoggedOut)];
        let with = |event: Event| quit.iter().cloned().chain([event]).collect::<Vec<_>>();
        assert!(complaint(judge(with(got(5, 1, "a", 0)))).contains("came after its ack was settled"));
        judge(with(got(5, 1, "b", 1))).unwrap();
    }

    #[test]
    fn a_message_acked_on_a_link_that_broke_may_come_again() {
        let broke = vec![got(1, 0, "a", 0), wrote_ack(1, 0, "a"), got(2, 1, "a", 0), got(3, 1, "b", 1)];
        judge(broke).unwrap();
    }

    #[test]
    fn an_ack_is_settled_by_a_request_sent_long_after_it_and_not_by_one_sent_soon() {
        let receiver = |sent_at| {
            let own = Deed::Sent { seq: 0, addressees: BTreeSet::new() };
            let own_acked = Deed::Acked { seq: 0, msgid: "c".into() };
            vec![
                got(1, 0, "a", 0),
                wrote_ack(1, 0, "a"),
                got(3, 0, "b", 1),
                at(sent_at, 0, own),
                at(60, 0, own_acked),
                got(61, 1, "a", 0),
            ]
        };
        judge(receiver(10)).unwrap();
        assert!(complaint(judge(receiver(30))).contains("came after its ack was settled"));
        assert!(complaint(judge_with(UNTROUBLED, receiver(10))).contains("came after its ack was settled"));
        judge_with(UNTROUBLED, receiver(2)).unwrap();
    }

    #[test]
    fn a_message_that_goes_ahead_of_all_others_may_overtake() {
        let ahead = |ahead| {
            let request = Some(Request { node: 0, seq: 1 });
            let first = at(3, 0, Deed::Received { msgid: "b".into(), request, ahead });
            vec![first, got(3, 0, "a", 0)]
        };
        judge(ahead(true)).unwrap();
        assert!(complaint(judge(ahead(false))).contains("came after a later one"));
    }

    #[test]
    fn an_ack_that_names_no_message_and_a_notification_that_does_are_taken_at_their_word() {
        let sender = vec![sent(0, 0, &[1]), acked(1, 0, ""), sent(2, 1, &[]), acked(3, 1, "b")];
        let heard = |msgid: &str| {
            let request = Request { node: 0, seq: 1 };
            let receiver = vec![got(1, 0, "a", 0), at(4, 0, Deed::Heard { request, msgid: msgid.into() })];
            check(&History { nodes: vec![sender.clone(), receiver], ..History::default() })
        };
        heard("b").unwrap();
        assert!(complaint(heard("c")).contains("made two messages"));
    }

    #[test]
    fn what_must_never_happen_is_told() {
        let receiver =
            vec![got(1, 0, "a", 0), got(3, 0, "b", 1), at(4, 0, Deed::Wrong("login failed".into()))];
        assert!(complaint(judge(receiver)).contains("login failed"));
    }

    #[test]
    fn what_was_acked_before_a_backup_is_there_after_it_and_what_was_acked_since_may_be_lost() {
        judge_brought_back(vec![got(11, 1, "a", 0)]).unwrap();
        assert!(complaint(judge_brought_back(vec![got(3, 0, "b", 1)])).contains("did not reach [1]"));
    }

    #[test]
    fn what_a_receiver_acked_before_a_backup_does_not_come_again_after_it_and_what_it_acked_since_may() {
        let (early, late) = (at(1, 0, Deed::LoggedOut), at(4, 1, Deed::LoggedOut));
        let acked_early = vec![got(1, 0, "a", 0), wrote_ack(1, 0, "a"), early, got(11, 2, "a", 0)];
        assert!(complaint(judge_brought_back(acked_early)).contains("came after its ack was settled"));
        let acked_since = vec![got(1, 0, "a", 0), wrote_ack(3, 1, "a"), late, got(11, 2, "a", 0)];
        judge_brought_back(acked_since).unwrap();
    }

    #[test]
    fn a_request_may_be_made_anew_after_a_backup_unless_it_was_acked_before() {
        let again = vec![got(3, 0, "a", 0), got(4, 0, "b", 1), got(11, 1, "a", 0), got(12, 1, "bb", 1)];
        judge_brought_back(again).unwrap();
        let acked_before = vec![got(3, 0, "a", 0), got(11, 1, "aa", 0)];
        assert!(complaint(judge_brought_back(acked_before)).contains("made two messages"));
    }
}
