//! One node of a load: posts, receives, acks, loses its link, comes back, and writes it all down.

use std::{sync::Arc, time::Duration};

use anyhow::Result;
use rand::{Rng, SeedableRng, rngs::StdRng};
use serde_json::json;
use tokio::{
    sync::watch,
    time::{Instant, sleep, sleep_until, timeout},
};

use super::{
    Phase, Plan,
    board::Board,
    history::{Deed, Event, Request},
    people::{Letter, People},
};
use crate::{
    ask,
    client::{Address, Client, encode},
    received::Received,
};

/// After this long without an ack a request is sent again, as clients in the field do.
const RESEND: Duration = Duration::from_secs(15);
/// How long a node waits for an answer at login or logout before it gives the link up.
const ANSWER: Duration = Duration::from_secs(12);

/// How ids of requests begin whose ack names the message that they became.
const NAMED: &str = "request ";
/// And of others.
const UNNAMED: &str = "edit ";

/// How a link ended, or what to do next.
enum Turn {
    /// Go on.
    On,
    /// The link is no more, or no longer wanted: connect again.
    Reconnect,
    /// Log out, then connect again.
    Quit,
}

/// A node at work.
pub struct Actor {
    node: usize,
    people: Arc<People>,
    edges: Vec<Address>,
    board: Arc<Board>,
    phase: watch::Receiver<Phase>,
    began: Instant,
    rest: Duration,
    /// Whether it leaves the groups that it makes.
    leaves_groups: bool,
    rng: StdRng,
    events: Vec<Event>,
    link: u32,
    next_seq: u32,
    /// The request that waits for its ack.
    open: Option<(Request, Letter)>,
    /// Its next request leaves the group that it has just made.
    leaving: bool,
    /// Logged out after the drain, and back for the last look.
    looking: bool,
    /// Has sent its last request.
    sent_last: bool,
    /// A link left behind without a word, as after a change of network.
    abandoned: Option<Client>,
}

impl Actor {
    pub fn new(
        node: usize,
        people: Arc<People>,
        edges: Vec<Address>,
        board: Arc<Board>,
        phase: watch::Receiver<Phase>,
        began: Instant,
        plan: &Plan,
    ) -> Self {
        let rng = StdRng::seed_from_u64(plan.seed.wrapping_add(node as u64));
        let (events, link, next_seq, open) = (Vec::new(), 0, 0, None);
        Self {
            node,
            people,
            edges,
            board,
            phase,
            began,
            rest: plan.rest,
            leaves_groups: plan.leave_groups,
            rng,
            events,
            link,
            next_seq,
            open,
            leaving: false,
            looking: false,
            sent_last: false,
            abandoned: None,
        }
    }

    /// Works until the load ends; returns what it wrote down.
    pub async fn run(mut self) -> Result<(usize, Vec<Event>)> {
        loop {
            let Some(client) = self.connect().await else {
                sleep(self.any_time(Duration::from_millis(300))).await;
                continue;
            };
            if self.work(client).await? {
                return Ok((self.node, self.events));
            }
            self.link += 1;
        }
    }

    async fn connect(&mut self) -> Option<Client> {
        let edge = self.edges[self.rng.random_range(0..self.edges.len())].clone();
        let (_, account) = self.people.nodes[self.node].clone();
        let login = async {
            let mut client = Client::connect(&edge).await.ok()?;
            client.send_both(&ask::login(&account.uid, &account.nodeid)).await.ok()?;
            let mut answers = Vec::new();
            while answers.len() < 2 {
                answers.push(client.next().await.ok()??);
            }
            Some((client, answers))
        };
        let (client, answers) = timeout(ANSWER, login).await.ok()??;
        match (answers[0].op(), answers[1].op()) {
            ("tmtprev", "info") => Some(client),
            ("tmtprev", "quit") => {
                self.note(Deed::Wrong(format!("login was refused: {}", answers[1])));
                None
            }
            _ => {
                self.note(Deed::Wrong(format!("answers to a login: {} {}", answers[0], answers[1])));
                None
            }
        }
    }

    /// One link, from login to its end; whether it was the last.
    async fn work(&mut self, mut client: Client) -> Result<bool> {
        if self.looking && !self.sent_last {
            self.sent_last = true;
            let letter = self.people.letter_to_self(self.next_request());
            self.take_up(letter);
        }
        let mut resend_at = Instant::now();
        let mut act_at = Instant::now() + self.any_time(self.rest);
        loop {
            let phase = *self.phase.borrow_and_update();
            if self.is_over(phase) {
                let logged_out = self.log_out(client).await;
                self.looking = true;
                return Ok(phase == Phase::Leaving && logged_out);
            }
            let waiting = self.open.is_some();
            let turn = tokio::select! {
                message = client.next() => match message? {
                    Some(message) => self.read(&mut client, &message).await,
                    None => Turn::Reconnect,
                },
                () = sleep_until(resend_at), if waiting => {
                    resend_at = Instant::now() + RESEND;
                    self.send_open(&mut client, 1).await
                }
                () = sleep_until(act_at), if !waiting && phase == Phase::Posting => {
                    act_at = Instant::now() + self.any_time(self.rest * 2);
                    resend_at = Instant::now() + RESEND;
                    self.act(&mut client).await
                }
                _ = self.phase.changed() => Turn::On,
            };
            match turn {
                Turn::On => {}
                Turn::Reconnect => {
                    // Sometimes the old link is still open when the new one logs in.
                    self.abandoned = self.rng.random_ratio(1, 2).then_some(client);
                    return Ok(false);
                }
                Turn::Quit => {
                    self.log_out(client).await;
                    return Ok(false);
                }
            }
        }
    }

    /// Mostly posts; now and then loses its link or logs out.
    async fn act(&mut self, client: &mut Client) -> Turn {
        match self.rng.random_range(0..40) {
            0 => Turn::Reconnect,
            1..=3 => Turn::Quit,
            _ => {
                let letter = self.next_letter();
                self.take_up(letter);
                // Now and then one has no patience, and asks twice at once.
                let times = if self.rng.random_ratio(1, 15) { 2 } else { 1 };
                self.send_open(client, times).await
            }
        }
    }

    fn next_letter(&mut self) -> Letter {
        let request = self.next_request();
        if std::mem::take(&mut self.leaving) {
            return self.people.leave(request);
        }
        if self.board.take_large() {
            return self.people.large_letter(request, &mut self.rng);
        }
        let letter = self.people.any_letter(request, &mut self.rng);
        self.leaving = self.leaves_groups && letter.makes_group();
        letter
    }

    /// This is what is to be sent now.
    fn take_up(&mut self, letter: Letter) {
        let request = self.next_request();
        self.next_seq += letter.addressees.len() as u32;
        self.open = Some((request, letter));
    }

    /// Sends what waits for its ack, so many times in one write.
    async fn send_open(&mut self, client: &mut Client, times: usize) -> Turn {
        let Some((request, letter)) = self.open.clone() else { return Turn::On };
        self.board.sent(request, &letter.addressees);
        if self.sent_last {
            self.board.sent_last(self.node);
        }
        for _ in 0..times {
            for (Request { seq, .. }, addressees) in request.together(usize::MAX).zip(&letter.addressees) {
                self.note(Deed::Sent { seq, addressees: addressees.clone() });
            }
        }
        let kind = if letter.named { NAMED } else { UNNAMED };
        let header = ask::with(letter.header, &json!({"id": format!("{kind}{}", request.seq)}));
        match encode(&header, &letter.data) {
            Ok(octets) => match client.send_raw(&octets.repeat(times)).await {
                Ok(()) => Turn::On,
                Err(_) => Turn::Reconnect,
            },
            Err(error) => self.wrong(error.to_string()),
        }
    }

    async fn read(&mut self, client: &mut Client, message: &Received) -> Turn {
        match message.op() {
            "ack" => {
                self.read_ack(message);
                Turn::On
            }
            "quit" => {
                if message.text("error") != Some("node connected elsewhere") {
                    self.note(Deed::Wrong(format!("told to quit: {message}")));
                }
                Turn::Reconnect
            }
            // Somebody's OhiEdit named this member, or its link ended.
            "ohi" if self.people.knows(message.text("from").unwrap_or_default()) => Turn::On,
            "ohi" | "info" | "tmtprev" | "registered" => {
                self.note(Deed::Wrong(format!("nobody asked for {message}")));
                Turn::On
            }
            _ => self.receive(client, message).await,
        }
    }

    fn read_ack(&mut self, ack: &Received) {
        let Some((seq, msgid)) = acked(ack) else {
            return self.note(Deed::Wrong(format!("not the ack that was due: {ack}")));
        };
        self.note(Deed::Acked { seq, msgid });
        if let Some((request, letter)) = self.open.take_if(|(request, _)| request.seq == seq) {
            for Request { seq, .. } in request.together(letter.addressees.len()).skip(1) {
                self.note(Deed::Acked { seq, msgid: String::new() });
            }
            self.board.answered(request, letter.addressees.len());
        }
    }

    async fn receive(&mut self, client: &mut Client, message: &Received) -> Turn {
        match self.note_received(message) {
            Ok(Some(request)) => self.board.delivered(request, self.node),
            Ok(None) => {}
            Err(damage) => return self.wrong(format!("{damage:#}: {message}")),
        }
        let msgid = message.id().to_owned();
        if *self.phase.borrow() == Phase::Posting && self.rng.random_ratio(1, 300) {
            return Turn::Reconnect;
        }
        self.note(Deed::WroteAck { msgid: msgid.clone() });
        match client.ack(&msgid).await {
            Ok(()) => Turn::On,
            Err(_) => Turn::Reconnect,
        }
    }

    /// Whether it is time to log out: for the last look, or for good.
    fn is_over(&self, phase: Phase) -> bool {
        match phase {
            Phase::Posting | Phase::Draining => false,
            Phase::LastLook => !self.looking && self.open.is_none(),
            Phase::Leaving => true,
        }
    }

    /// Quits and reads up to `logout ok`; what comes before it is acked no more.
    async fn log_out(&mut self, mut client: Client) -> bool {
        let goodbye = async {
            client.send(&ask::quit(), b"").await.ok()?;
            loop {
                let message = client.next().await.ok()??;
                match message.op() {
                    "quit" => return Some(message),
                    "ack" => self.read_ack(&message),
                    "ohi" => {}
                    _ => self.note_late(&message),
                }
            }
        };
        let Ok(Some(quit)) = timeout(ANSWER, goodbye).await else { return false };
        match quit.text("error") {
            Some("logout ok") => self.note(Deed::LoggedOut),
            Some("node connected elsewhere") => {}
            _ => self.note(Deed::Wrong(format!("told to quit: {quit}"))),
        }
        quit.text("error") == Some("logout ok")
    }

    fn note_late(&mut self, message: &Received) {
        if let Err(damage) = self.note_received(message) {
            self.note(Deed::Wrong(format!("{damage:#}: {message}")));
        }
    }

    fn note_received(&mut self, message: &Received) -> Result<Option<Request>> {
        let request = self.people.origin(message)?;
        let (msgid, ahead) = (message.id().to_owned(), message.op() == "user");
        self.note(Deed::Received { msgid, request, ahead });
        if let (Some(notice), Some(postid)) = (request, message.text("postid")) {
            let request = Request { seq: notice.seq.saturating_sub(1), ..notice };
            self.note(Deed::Heard { request, msgid: postid.to_owned() });
        }
        Ok(request)
    }

    fn next_request(&self) -> Request {
        Request { node: self.node, seq: self.next_seq }
    }

    fn any_time(&mut self, up_to: Duration) -> Duration {
        up_to.mul_f64(self.rng.random_range(0.0..1.0))
    }

    fn wrong(&mut self, what: String) -> Turn {
        self.note(Deed::Wrong(what));
        Turn::On
    }

    fn note(&mut self, deed: Deed) {
        self.events.push(Event { at: self.began.elapsed(), link: self.link, deed });
    }
}

/// The number of the request that was acked, and the message it became where the ack is to tell.
fn acked(ack: &Received) -> Option<(u32, String)> {
    let (number, msgid) = match (ack.id().strip_prefix(NAMED), ack.id().strip_prefix(UNNAMED)) {
        (Some(number), _) => (number, ack.text("msgid")?),
        (None, Some(number)) if ack.text("msgid").is_none() => (number, ""),
        _ => return None,
    };
    let seq = number.parse().ok().filter(|_| ack.text("error").is_none())?;
    Some((seq, msgid.to_owned()))
}
