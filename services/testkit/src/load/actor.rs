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
    Phase,
    board::Board,
    history::{Deed, Event, Request},
    people::{Letter, People, read_body},
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
    rng: StdRng,
    events: Vec<Event>,
    link: u32,
    next_seq: u32,
    /// The request that waits for its ack.
    open: Option<(Request, Letter)>,
    /// Logged out after the drain, and back for the last look.
    looking: bool,
    /// Has sent its last request.
    sent_last: bool,
    /// A link left behind without a word, as after a change of network.
    abandoned: Option<Client>,
}

impl Actor {
    #[expect(clippy::too_many_arguments, reason = "all of them are given once, side by side, in one place")]
    pub fn new(
        node: usize,
        people: Arc<People>,
        edges: Vec<Address>,
        board: Arc<Board>,
        phase: watch::Receiver<Phase>,
        began: Instant,
        seed: u64,
        rest: Duration,
    ) -> Self {
        let rng = StdRng::seed_from_u64(seed);
        let (events, link, next_seq, open) = (Vec::new(), 0, 0, None);
        Self {
            node,
            people,
            edges,
            board,
            phase,
            began,
            rest,
            rng,
            events,
            link,
            next_seq,
            open,
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
            let request = self.next_request();
            self.open = Some((request, self.people.letter_to_self(request)));
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
                let request = self.next_request();
                let letter = self.people.any_letter(request, &mut self.rng);
                self.open = Some((request, letter));
                // Now and then one has no patience, and asks twice at once.
                let times = if self.rng.random_ratio(1, 15) { 2 } else { 1 };
                self.send_open(client, times).await
            }
        }
    }

    /// Sends what waits for its ack, so many times in one write.
    async fn send_open(&mut self, client: &mut Client, times: usize) -> Turn {
        let Some((request, letter)) = self.open.clone() else { return Turn::On };
        self.board.sent(request, &letter.addressees);
        if self.sent_last {
            self.board.sent_last(self.node);
        }
        for _ in 0..times {
            self.note(Deed::Sent { seq: request.seq, addressees: letter.addressees.clone() });
        }
        let header = ask::with(letter.header, &json!({"id": format!("request {}", request.seq)}));
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
            "ohi" | "info" | "tmtprev" | "registered" => {
                self.note(Deed::Wrong(format!("nobody asked for {message}")));
                Turn::On
            }
            _ => self.receive(client, message).await,
        }
    }

    fn read_ack(&mut self, ack: &Received) {
        let seq = ack.id().strip_prefix("request ").and_then(|seq| seq.parse::<u32>().ok());
        let (Some(seq), None, Some(msgid)) = (seq, ack.text("error"), ack.text("msgid")) else {
            return self.note(Deed::Wrong(format!("an ack without msgid: {ack}")));
        };
        self.note(Deed::Acked { seq, msgid: msgid.to_owned() });
        if let Some((request, _)) = self.open.take_if(|(request, _)| request.seq == seq) {
            self.board.answered(request);
        }
    }

    async fn receive(&mut self, client: &mut Client, message: &Received) -> Turn {
        let request = match read_body(&message.data) {
            Ok(request) => request,
            Err(damage) => return self.wrong(damage.to_string()),
        };
        let msgid = message.id().to_owned();
        self.note(Deed::Received { msgid: msgid.clone(), request });
        if let Some(request) = request {
            if message.text("from") != Some(&self.people.nodes[request.node].1.uid) {
                return self.wrong(format!("not from its sender: {message}"));
            }
            self.board.delivered(request, self.node);
        }
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
        match read_body(&message.data) {
            Ok(request) => self.note(Deed::Received { msgid: message.id().to_owned(), request }),
            Err(damage) => self.note(Deed::Wrong(damage.to_string())),
        }
    }

    fn next_request(&mut self) -> Request {
        let request = Request { node: self.node, seq: self.next_seq };
        self.next_seq += 1;
        request
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
