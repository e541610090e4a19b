//! Large messages: how many octets a second go through, and whether they are the same at the end.

use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail, ensure};
use clap::Args;
use rand::{RngCore, SeedableRng, rngs::SmallRng};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    time::timeout,
};

use super::{Ran, shape::octets, tell};
use crate::{
    link::{
        account::{self, Member},
        dial::{Dialer, Stream},
        wire,
    },
    measure::procs::{Meter, Process, memories_kib},
    outcome::{Better, Outcome},
    site::Site,
    verify::Verdict,
};

/// Octets written or read at a time.
const CHUNK: usize = 64 << 10;
/// Most time for one message.
const LIMIT: Duration = Duration::from_secs(900);
/// How often the memory of processes is looked at while a message passes.
const LOOK: Duration = Duration::from_millis(500);

/// Large messages from one member to another.
#[derive(Debug, Clone, Args)]
#[command(after_help = "\
Example:
  tmtp-loadtest large --cluster /tmp/tmtp-cluster-0 --sizes 1MiB,64MiB,1GiB

Over 1 GiB the site must admit them: tmtpd site set HOST message_octets_max=2GiB")]
pub struct Large {
    #[command(flatten)]
    pub site: Site,
    /// Sizes of the messages, one after the other: up to 2GiB.
    #[arg(long, value_delimiter = ',', default_value = "1MiB,64MiB", value_parser = size)]
    pub sizes: Vec<u64>,
    /// How many of each size; the best counts, since a machine is shared.
    #[arg(long, default_value_t = 3, value_parser = clap::value_parser!(u32).range(1..=100))]
    pub count: u32,
}

fn size(text: &str) -> Result<u64, String> {
    match octets(text)? {
        size @ 1..=0x8000_0000 => Ok(size),
        _ => Err("a message is 1 octet to 2GiB".to_owned()),
    }
}

/// One message.
struct Passage {
    acked: Duration,
    delivered: Duration,
}

pub async fn run(args: &Large) -> Ran {
    let mut outcome = Outcome::new("large", &args.site.output.label)?.set("of each size", args.count);
    let members = account::register_many(&Dialer::new()?, &args.site.targets(), 2).await?;
    let mut pair = Pair::of(members)?;
    let mut verdict = Verdict::default();
    let mut looks = Vec::new();
    let meter = Meter::start(&args.site.process).await?;
    let begun = Instant::now();
    for size in &args.sizes {
        let mut best: Option<Passage> = None;
        for _ in 0..args.count {
            let passage = tokio::select! {
                passage = timeout(LIMIT, pair.pass(*size)) => passage.context("too slow")??,
                end = watch(&args.site.process, begun, &mut looks) => bail!("{end:#}"),
            };
            verdict.posted += 1;
            verdict.acked += 1;
            verdict.promised += 1;
            verdict.delivered += 1;
            best = best.filter(|best| best.delivered < passage.delivered).or(Some(passage));
        }
        let best = best.context("no message was sent")?;
        let rate = |took: Duration| *size as f64 / f64::from(1 << 20) / took.as_secs_f64();
        let name = |what: &str| format!("{what} ({})", in_units(*size));
        outcome.figure(&name("sender to receiver"), rate(best.delivered), "MiB/s", Better::More);
        outcome.figure(&name("sender to ack"), rate(best.acked), "MiB/s", Better::More);
    }
    let mib = (args.sizes.iter().sum::<u64>() * u64::from(args.count)) >> 20;
    outcome.processes = meter.used().await?;
    let servers = outcome.processes.split_last().map_or(&[][..], |(_, servers)| servers);
    let seconds: f64 = servers.iter().map(|one| one.cpu_seconds).sum();
    outcome.figure("servers' processor time", seconds * 1024.0 / mib.max(1) as f64, "s/GiB", Better::Less);
    outcome.tracks = tell::tracks(&args.site.process, &looks);
    for growth in &outcome.tracks.clone() {
        let first = growth.points.first().map_or(0, |point| point.1);
        let most = growth.points.iter().map(|point| point.1).max().unwrap_or(first);
        let name = format!("most memory of {} above the start", growth.name);
        outcome.figure(&name, (most - first) as f64 / 1024.0, "MiB", Better::Less);
    }
    outcome.verdict = Some(verdict);
    Ok(outcome)
}

fn in_units(octets: u64) -> String {
    match octets {
        size if size % (1 << 30) == 0 => format!("{} GiB", size >> 30),
        size if size % (1 << 20) == 0 => format!("{} MiB", size >> 20),
        size if size % (1 << 10) == 0 => format!("{} KiB", size >> 10),
        size => format!("{size} octets"),
    }
}

/// Looks at memory until dropped; returns only when it cannot.
async fn watch(processes: &[Process], begun: Instant, looks: &mut Vec<(u64, Vec<u64>)>) -> anyhow::Error {
    loop {
        match memories_kib(processes).await {
            Ok(each) => looks.push((begun.elapsed().as_secs(), each)),
            Err(error) => return error,
        }
        tokio::time::sleep(LOOK).await;
    }
}

/// Two members, one of whom sends to the other.
struct Pair {
    sender: End,
    receiver: End,
    to: String,
    from: String,
    requests: u64,
}

/// A link that is read and written as a stream.
struct End {
    stream: Stream,
    input: Vec<u8>,
}

impl Pair {
    fn of(members: Vec<Member>) -> Result<Self> {
        let [sender, receiver] = <[Member; 2]>::try_from(members).ok().context("two members")?;
        let to = wire::to_members([&*receiver.account.uid]);
        let from = sender.account.uid.to_string();
        Ok(Self { sender: End::of(sender), receiver: End::of(receiver), to, from, requests: 0 })
    }

    /// Sends one message; fails unless the very same octets come out.
    async fn pass(&mut self, size: u64) -> Result<Passage> {
        self.requests += 1;
        let (request, to, from) = (self.requests, &self.to, &self.from);
        let begun = Instant::now();
        let (sent, received) = tokio::try_join!(
            async {
                let sum = self.sender.send(request, to, size).await?;
                let header = self.sender.header().await?;
                ensure!(header.op == "ack" && header.error.is_none(), "not acked: {header:?}");
                anyhow::Ok((sum, begun.elapsed()))
            },
            async {
                let sum = self.receiver.receive(from, size).await?;
                anyhow::Ok((sum, begun.elapsed()))
            }
        )?;
        ensure!(sent.0 == received.0, "the message that came is not the one that was sent");
        Ok(Passage { acked: sent.1, delivered: received.1 })
    }
}

/// A header whose parts are owned.
#[derive(Debug)]
struct Owned {
    op: String,
    id: String,
    from: Option<String>,
    error: Option<String>,
    octets: u64,
}

impl End {
    fn of(member: Member) -> Self {
        let (stream, input) = member.link.into_parts();
        Self { stream, input }
    }

    /// Posts a message of random octets; returns their checksum.
    async fn send(&mut self, request: u64, to: &str, size: u64) -> Result<u32> {
        let mut octets = vec![0; CHUNK];
        SmallRng::seed_from_u64(request).fill_bytes(&mut octets);
        let mut out = Vec::new();
        wire::post(&mut out, request, to, size);
        self.stream.write_all(&out).await?;
        let (mut left, mut sum) = (size, 0);
        while left > 0 {
            let some = left.min(CHUNK as u64) as usize;
            // No two chunks are the same, lest one in the place of another went unseen.
            octets[..8].copy_from_slice(&left.to_be_bytes());
            self.stream.write_all(&octets[..some]).await?;
            sum = crc32c::crc32c_append(sum, &octets[..some]);
            left -= some as u64;
        }
        self.stream.flush().await?;
        Ok(sum)
    }

    /// Takes the next delivery and acks it; returns the checksum of its data.
    async fn receive(&mut self, from: &str, size: u64) -> Result<u32> {
        let header = self.header().await?;
        ensure!(
            header.op == "delivery" && header.from.as_deref() == Some(from),
            "not the message: {header:?}"
        );
        ensure!(header.octets == size, "{} octets came in place of {size}", header.octets);
        let (mut left, mut sum) = (size, 0);
        let mut chunk = std::mem::take(&mut self.input);
        loop {
            let some = (chunk.len() as u64).min(left) as usize;
            sum = crc32c::crc32c_append(sum, &chunk[..some]);
            left -= some as u64;
            if left == 0 {
                self.input = chunk.split_off(some);
                break;
            }
            chunk.resize(CHUNK, 0);
            let got = self.stream.read(&mut chunk).await?;
            ensure!(got > 0, "the site closed the link within a message");
            chunk.truncate(got);
        }
        let mut ack = Vec::new();
        wire::ack(&mut ack, &header.id);
        self.stream.write_all(&ack).await?;
        self.stream.flush().await?;
        Ok(sum)
    }

    /// The next header.
    async fn header(&mut self) -> Result<Owned> {
        loop {
            if let Some((header, begun)) = wire::header(&self.input)? {
                let owned = Owned {
                    op: header.op.into_owned(),
                    id: header.id.unwrap_or_default().into_owned(),
                    from: header.from.map(Into::into),
                    error: header.error.map(Into::into),
                    octets: header.datalen,
                };
                self.input.drain(..begun);
                return Ok(owned);
            }
            let mut chunk = vec![0; CHUNK];
            let got = self.stream.read(&mut chunk).await?;
            ensure!(got > 0, "the site closed the link");
            self.input.extend_from_slice(&chunk[..got]);
        }
    }
}
