//! Message brokers under the load of `steady`: send to one, confirmed once it is stored, delivered, acked.

mod nats;
mod pipe;
mod rabbit;

use std::{sync::Arc, time::Duration};

use anyhow::Result;
use clap::{Args, ValueEnum};
use rand::Rng;

use crate::{
    link::wire,
    measure::{
        board::Board,
        procs::{self, Process},
    },
    outcome::Outcome,
    scenario::{
        Ran,
        course::{self, Course},
        shape::{Pace, Random, Sizes, Span},
        steady::rate,
        talk::World,
        tell,
    },
    site::Output,
    verify::Lane,
};
use pipe::Pipe;

/// A message broker under the load of `steady`, to compare with.
#[derive(Debug, Clone, Args)]
#[command(after_help = "\
Examples:
  tmtp-loadtest broker --kind rabbitmq --url amqp://127.0.0.1:5672 --process rabbitmq=PID
  tmtp-loadtest broker --kind nats --url nats://127.0.0.1:4222

deploy/brokers.sh starts both. RabbitMQ: a durable queue a member, persistent messages, confirms, acks. NATS: a JetStream
work queue in files; it confirms what is in the page cache and not yet on the disk. Neither uses TLS here.")]
pub struct Broker {
    /// Which one.
    #[arg(long, value_enum)]
    pub kind: Kind,
    /// Where it is.
    #[arg(long)]
    pub url: String,
    /// Processes whose memory and processor time to report, with their children.
    #[arg(long, value_delimiter = ',', value_name = "NAME=PID,..", value_parser = procs::parse)]
    pub process: Vec<Process>,
    #[command(flatten)]
    pub output: Output,
    #[command(flatten)]
    pub span: Span,
    /// Members, each on one connection with a queue of its own.
    #[arg(long, default_value_t = 100, value_parser = clap::value_parser!(u32).range(2..=10_000))]
    pub members: u32,
    /// Messages of a member that may wait for their confirmation.
    #[arg(long, default_value_t = 16, value_parser = clap::value_parser!(u32).range(1..=10_000))]
    pub in_flight: u32,
    /// Messages a second of all members together [default: as many as the broker takes].
    #[arg(long, value_parser = rate)]
    pub rate: Option<f64>,
    /// Octets of data in a message.
    #[arg(long, default_value = "200")]
    pub size: Sizes,
}

/// Brokers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Kind {
    Rabbitmq,
    Nats,
}

impl Kind {
    fn title(self) -> &'static str {
        match self {
            Self::Rabbitmq => "RabbitMQ, durable queues, no TLS",
            Self::Nats => "NATS JetStream, confirms from the page cache, no TLS",
        }
    }
}

pub async fn run(args: &Broker) -> Ran {
    let label = if args.output.label.is_empty() { args.kind.title() } else { &args.output.label };
    let mut outcome = Outcome::new("broker", label)?
        .set("members", args.members)
        .set("in flight a member", args.in_flight)
        .set("rate", args.rate.map_or("as fast as acked".to_owned(), |rate| format!("{rate} messages/s")))
        .set("seconds", args.span.seconds);
    match args.kind {
        Kind::Rabbitmq => {
            measure(args, rabbit::Queues::make(&args.url, args.members).await?, &mut outcome).await?;
        }
        Kind::Nats => measure(args, nats::Stream::make(&args.url, args.members).await?, &mut outcome).await?,
    }
    Ok(outcome)
}

/// Where members get their pipes from.
trait Depot {
    type Pipe: Pipe;

    /// The next member's pipe.
    async fn pipe(&mut self, number: u32) -> Result<Self::Pipe>;

    /// Removes what was made.
    async fn remove(self) -> Result<()>;
}

async fn measure<D: Depot>(args: &Broker, mut depot: D, outcome: &mut Outcome) -> Result<()> {
    let mut pipes = Vec::new();
    for number in 0..args.members {
        pipes.push(depot.pipe(number).await?);
    }
    let uids: Vec<Arc<str>> = (0..args.members).map(|number| number.to_string().into()).collect();
    let lanes = (0..)
        .zip(&uids)
        .map(|(number, uid)| Lane { to: wire::to_members([&**uid]), receivers: vec![number] });
    let board = Board::start(args.span.warm_up(), args.span.measured())?;
    let world = Arc::new(World { run: rand::rng().random(), board, lanes: lanes.collect(), uids });
    let mut course = Course::new(&world);
    for (number, pipe) in (0..).zip(pipes) {
        let plan = Random {
            lanes: 0..args.members,
            own: number,
            window: args.in_flight as usize,
            pace: Pace::new(args.rate, args.members as usize),
            sizes: args.size.clone(),
        };
        let world = Arc::clone(&world);
        course.enter_other(|phase| pipe::talk(number, pipe, plan, world, phase));
    }
    let took = course.measure_until(&args.process, |_| false).await?;
    let talked = course.drain(args.span.drain()).await?;
    tell::messages(outcome, "", world.board.measured(), took);
    outcome.verdict = Some(course::verdict(&world, talked));
    tokio::time::timeout(Duration::from_secs(60), depot.remove()).await?
}
