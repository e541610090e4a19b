//! Everything at once, at several processes: no call fails for good, and what was acked arrives once.

use std::{
    collections::{BTreeMap, BTreeSet},
    time::Duration,
};

use rand::{Rng as _, SeedableRng as _, rngs::StdRng, seq::IndexedRandom as _};
use serde_json::{Value, json};
use tmtp_grpc::delivery::SubmitReply;
use tonic::Code;

use crate::{
    posts::to_member,
    rig::{Client, Device, Rig, settings, soon},
};

const MEMBERS: usize = 8;
const STEPS: usize = 30;

/// A member at work, and what came of it.
struct Worker {
    name: String,
    device: Device,
    clients: Vec<Client>,
    others: Vec<Device>,
    random: StdRng,
    /// Ids of posts that were acked, by target.
    posted: Vec<(String, u64)>,
    /// Ids fetched and acked, by what they carried.
    received: Vec<u64>,
}

impl Worker {
    async fn work(mut self) -> Self {
        for step in 0..STEPS {
            self.device.client = self.clients.choose(&mut self.random).unwrap().clone();
            match self.random.random_range(0..100) {
                0..40 => self.post(step).await,
                40..60 => self.edit(step).await,
                60..70 => self.ohi(step).await,
                70..80 => self.login().await,
                80..83 => self.device.end().await,
                _ => self.take().await,
            }
        }
        self
    }

    /// Asks as an edge does: again where it was told to, here or elsewhere.
    async fn ask(&mut self, mut header: Value, step: usize, data: &str) -> SubmitReply {
        header["id"] = json!(format!("{step}"));
        loop {
            self.device.client = self.clients.choose(&mut self.random).unwrap().clone();
            match self.device.ask_as(header.clone(), data).await {
                Ok(reply) => {
                    self.device.floor = self.device.floor.max(reply.msgid);
                    return reply;
                }
                Err(status) => assert_eq!(status.code(), Code::Unavailable, "{header} {status:?}"),
            }
        }
    }

    async fn post(&mut self, step: usize) {
        let target = self.others.choose(&mut self.random).unwrap().clone();
        let data = if self.random.random_bool(0.1) { "x".repeat(40_000) } else { format!("{step}") };
        let reply = self.ask(to_member(&target), step, &data).await;
        assert_eq!(reply.error, None);
        self.posted.push((target.uid().into(), reply.msgid));
    }

    /// Changes names and groups; much of it is refused, and that is right.
    async fn edit(&mut self, step: usize) {
        let gid = format!("Group {}", self.random.random_range(10..12));
        let gid = format!("{gid} of all");
        let to = format!("Member {:02}", self.random.random_range(0..MEMBERS));
        let header = match self.random.random_range(0..6) {
            0 => json!({"op": 3, "newalias": format!("Alias {}", self.random.random_range(0..1000) + 1000)}),
            1 => json!({"op": 3, "newnode": "one more"}),
            2 | 3 => json!({"op": 5, "gid": gid, "from": self.name, "to": to}),
            4 => json!({"op": 6, "gid": gid, "act": "join"}),
            _ => json!({"op": 6, "gid": gid, "act": "drop", "to": to}),
        };
        self.ask(header, step, "").await;
        let post = json!({"op": 7, "for": [{"id": gid, "type": 2}]});
        self.ask(post, step, "to the group").await;
    }

    async fn ohi(&mut self, step: usize) {
        let target = self.others.choose(&mut self.random).unwrap().uid().to_owned();
        let change = *["init", "add", "drop"].choose(&mut self.random).unwrap();
        let header = json!({"op": 4, "id": format!("{step}"), "for": [{"id": target}], "type": change});
        // Its session may have ended before, or be off the record, since no edge beats here.
        self.login().await;
        while let Err(status) = self.device.ask_as(header.clone(), "").await {
            assert_eq!(status.code(), Code::Unavailable, "{header} {status:?}");
            self.login().await;
        }
    }

    async fn login(&mut self) {
        let edge = *["edge-1", "edge-2"].choose(&mut self.random).unwrap();
        self.device = self.device.login_on(edge).await.unwrap();
    }

    async fn take(&mut self) {
        let page = self.device.page(20, 1 << 20, &[]).await;
        let ids: Vec<_> = page.entries.iter().map(|entry| entry.id).collect();
        if !page.fenced {
            self.device.ack(&ids).await;
            self.received.extend(ids);
        }
    }

    async fn take_all(&mut self) {
        self.login().await;
        loop {
            let before = self.received.len();
            self.take().await;
            if self.received.len() == before {
                return;
            }
        }
    }
}

async fn storm(rig: Rig, seed: u64) {
    let processes = [rig.another_process().await, rig.another_process().await];
    let clients = vec![rig.client(), processes[0].client(), processes[1].client()];
    let mut devices = Vec::new();
    for number in 0..MEMBERS {
        devices.push(rig.member(&format!("Member {number:02}")).await);
    }
    let worker = |(number, device): (usize, &Device)| Worker {
        name: format!("Member {number:02}"),
        device: device.clone(),
        clients: clients.clone(),
        others: devices.iter().filter(|other| other.uid() != device.uid()).cloned().collect(),
        random: StdRng::seed_from_u64(seed + number as u64),
        posted: Vec::new(),
        received: Vec::new(),
    };
    let tasks: Vec<_> = devices.iter().enumerate().map(worker).map(|one| tokio::spawn(one.work())).collect();
    let mut workers = Vec::new();
    for task in tasks {
        workers.push(tokio::time::timeout(Duration::from_secs(120), task).await.unwrap().unwrap());
    }
    for worker in &mut workers {
        soon(worker.take_all()).await;
    }
    check(&workers);
}

/// Every post that was acked reached its target once; nothing came again after its ack.
fn check(workers: &[Worker]) {
    let mut received = BTreeMap::new();
    for worker in workers {
        let ids: BTreeSet<_> = worker.received.iter().copied().collect();
        assert_eq!(ids.len(), worker.received.len(), "{} got a message again", worker.name);
        received.insert(worker.device.uid().to_owned(), ids);
    }
    for worker in workers {
        assert!(worker.posted.is_sorted_by(|a, b| a.1 < b.1));
        for (target, id) in &worker.posted {
            assert!(received[target].contains(id), "{id} did not reach {target}");
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn everything_at_once_on_sqlite() {
    storm(Rig::new().await, 1).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn everything_at_once_on_postgres() {
    for seed in [100, 200, 300] {
        storm(Rig::on_postgres(Default::default(), settings()).await, seed).await;
    }
}
