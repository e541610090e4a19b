//! The queue's statements on a private Postgres, as the service runs them: a batch, reads, acks; and who is in a group.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use anyhow::{Context, Result, bail};
use bytes::Bytes;
use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use tmtp_store::{
    Batch, Believed, Body, Committed, GroupMember, GroupStatus, MemberKey, Name, NewEntry, NewMessage,
    NewNode, NewSite, NodeAcks, NodeId, Owner, QueueRead, Recorded, RequestClaim, RequestKey, Session,
    SiteId, SiteSettings, Store, StoreOptions,
};
use tmtp_testkit::postgres::Postgres;
use tmtp_wire::{MsgId, Posted};
use tokio::runtime::Runtime;

/// Members with a node each.
const MEMBERS: usize = 100;
const GID: &str = "everybody";
const EDGE: &str = "edge";

/// A site whose members are all connected.
struct Stage {
    store: Arc<dyn Store>,
    site: SiteId,
    sessions: Vec<Session>,
    next_id: u64,
    _postgres: Postgres,
}

impl Stage {
    async fn new() -> Result<Self> {
        let postgres = tokio::task::spawn_blocking(Postgres::start).await??;
        let url = postgres.fresh_database()?;
        let options = StoreOptions { url, ..StoreOptions::default() };
        tmtp_store::migrate(&options).await?;
        let store = tmtp_store::open(&options).await?;
        let hosts = vec!["bench.example".to_owned()];
        let site = NewSite { name: "Bench".to_owned(), hosts, settings: SiteSettings::default() };
        let site = store.add_site(&site).await?;
        store.beat_edge(EDGE).await?;
        let mut stage = Self { store, site, sessions: Vec::new(), next_id: 1, _postgres: postgres };
        stage.populate().await?;
        Ok(stage)
    }

    async fn populate(&mut self) -> Result<()> {
        let mut tx = self.store.begin(&[]).await?;
        let group = Name { site: self.site, name: GID.to_owned(), owner: Owner::Group };
        tx.take_name(&group).await?;
        for number in 0..MEMBERS {
            let member = MemberKey { site: self.site, uid: format!("member{number}") };
            tx.add_member(&member, 0).await?;
            let secret_hash = number.to_be_bytes().repeat(4);
            let node = NewNode { member: member.clone(), label: "bench".to_owned(), secret_hash, now_ms: 0 };
            let node = tx.add_node(&node).await?;
            let epoch = tx.begin_session(self.site, node, EDGE, 0).await?.epoch;
            let (site, uid) = (self.site, member.uid);
            let alias = format!("alias {number}");
            let joined = GroupMember {
                site,
                gid: GID.to_owned(),
                uid: uid.clone(),
                alias,
                status: GroupStatus::Joined,
            };
            tx.put_group_member(&joined).await?;
            self.sessions.push(Session { site, node, epoch, uid });
        }
        Ok(tx.commit().await?)
    }

    /// Messages, each for one node, in turn.
    fn messages(&mut self, count: usize) -> (Vec<NewMessage>, Vec<NewEntry>) {
        let first = self.next_id;
        self.next_id += count as u64;
        let message = |id| NewMessage {
            site: self.site,
            id: MsgId(id),
            posted: Posted(0),
            head: Bytes::from_static(&[b'h'; 180]),
            body: Body::Inline(Bytes::from_static(&[b'x'; 200])),
            urgent: false,
        };
        let messages = (first..self.next_id).map(message).collect();
        let entry = |message| NewEntry { message, node: self.node(message) };
        (messages, (0..count).map(entry).collect())
    }

    fn node(&self, message: usize) -> NodeId {
        self.sessions[message % self.sessions.len()].node
    }

    /// A request for each message, in ascending order as its nodes are.
    fn claims(&self, messages: &[NewMessage]) -> Vec<RequestClaim> {
        let claim = |(at, message): (usize, &NewMessage)| {
            let mut digest = [0; 16];
            digest[..8].copy_from_slice(&message.id.0.to_be_bytes());
            RequestClaim {
                key: RequestKey { site: self.site, node: self.node(at), digest },
                epoch: 1,
                recorded: Recorded { id: message.id, posted: message.posted },
                acked_through: MsgId(0),
            }
        };
        messages.iter().enumerate().map(claim).collect()
    }

    async fn post(&self, messages: &[NewMessage], entries: &[NewEntry]) -> Result<()> {
        let believed = |session: &Session| Believed {
            member: MemberKey { site: session.site, uid: session.uid.clone() },
            nodes: vec![session.node],
        };
        let mut believed: Vec<_> = self.sessions.iter().take(messages.len()).map(believed).collect();
        believed.sort();
        let claims = &self.claims(messages);
        let claim_of: Vec<_> = (0..claims.len()).collect();
        let batch = Batch {
            believed: &believed,
            claims,
            refused: &[],
            messages,
            claim_of: &claim_of,
            entries,
            sent: &[],
        };
        match self.store.post(&batch).await? {
            Committed::Done { .. } => Ok(()),
            Committed::Stale => bail!("members are not as they were made"),
        }
    }

    async fn read(&self) -> Result<()> {
        let read = |session: &Session| QueueRead {
            session: session.clone(),
            skip: Vec::new(),
            max_entries: 64,
            max_octets: 1 << 20,
        };
        let reads: Vec<_> = self.sessions.iter().take(64).map(read).collect();
        self.store.queues(&reads).await?;
        Ok(())
    }

    async fn ack(&self, messages: &[NewMessage], entries: &[NewEntry]) -> Result<()> {
        let acks = |session: &Session| {
            let ours = entries.iter().filter(|entry| entry.node == session.node);
            NodeAcks { session: session.clone(), ids: ours.map(|entry| messages[entry.message].id).collect() }
        };
        let acks: Vec<_> = self.sessions.iter().map(acks).filter(|acks| !acks.ids.is_empty()).collect();
        self.store.ack(&acks).await?;
        Ok(())
    }

    async fn receivers(&self) -> Result<usize> {
        let mut look = self.store.look().await?;
        let joined = look.group_members(&[(self.site, GID.to_owned())]).await?;
        let keys: Vec<_> = joined.into_iter().map(|one| MemberKey { site: one.site, uid: one.uid }).collect();
        Ok(look.nodes(&keys).await?.nodes.len())
    }

    /// Time of each step over so many rounds: a batch, reads, acks.
    async fn rounds(&mut self, rounds: u64, count: usize, step: usize) -> Result<Duration> {
        let mut took = Duration::ZERO;
        for _ in 0..rounds {
            let (messages, entries) = self.messages(count);
            let times = [Instant::now(), self.post(&messages, &entries).await.map(|()| Instant::now())?, {
                self.read().await?;
                Instant::now()
            }];
            self.ack(&messages, &entries).await?;
            let end = Instant::now();
            took += match step {
                0 => times[1] - times[0],
                1 => times[2] - times[1],
                _ => end - times[2],
            };
        }
        Ok(took)
    }
}

fn queue(c: &mut Criterion) {
    let measured = (|| -> Result<()> {
        let runtime = Runtime::new()?;
        let mut stage = runtime.block_on(Stage::new())?;
        let mut failure = None;
        let mut group = c.benchmark_group("queue");
        group.sample_size(20).measurement_time(Duration::from_secs(3));
        for count in [1, 100] {
            group.throughput(Throughput::Elements(count as u64));
            for (step, name) in
                ["post, with the commit", "read 64 queues", "ack, with the commit"].into_iter().enumerate()
            {
                group.bench_function(format!("{name}: {count} messages"), |bench| {
                    bench.iter_custom(|rounds| {
                        let took = runtime.block_on(stage.rounds(rounds, count, step));
                        took.unwrap_or_else(|error| {
                            failure = Some(error);
                            Duration::from_nanos(1)
                        })
                    });
                });
            }
        }
        group.throughput(Throughput::Elements(MEMBERS as u64));
        group.bench_function("receivers of a group of 100", |bench| {
            bench.iter(|| runtime.block_on(stage.receivers()));
        });
        group.finish();
        failure.map_or(Ok(()), Err).context("a statement failed")
    })();
    assert!(measured.is_ok(), "{measured:?}");
}

criterion_group!(benches, queue);
criterion_main!(benches);
