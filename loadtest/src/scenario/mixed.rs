//! Many sites of very different sizes, one of which is abused: what the others notice.

use std::{fs, path::PathBuf, process::Stdio, sync::Arc};

use anyhow::{Context, Result, ensure};
use clap::Args;
use futures::{StreamExt, TryStreamExt, stream};
use tokio::process::Command;

use super::{
    Ran,
    course::{self, Course},
    shape::{Pace, Random, Sizes, Span},
    steady::rate,
    talk::{Talker, World},
    tell,
};
use crate::{
    link::{
        Link,
        account::{self, Account},
        dial::Dialer,
    },
    measure::board::Board,
    outcome::{Better, Outcome},
    site::Site,
    yardstick,
};

/// Commands that make sites, run at the same time.
const AT_A_TIME: usize = 4;
/// What an abuser has in flight.
const ABUSE: usize = 1000;

/// Many sites whose sizes follow Zipf's law, at a fixed rate; then the same while one of them is abused.
#[derive(Debug, Clone, Args)]
#[command(after_help = "\
Examples:
  tmtp-loadtest mixed-tenants --cluster /tmp/tmtp-cluster-0 --sites 1000 --tmtpd target/release/tmtpd \\
      --config /tmp/tmtp-cluster-0/control.toml
  tmtp-loadtest mixed-tenants --target 127.0.0.1:7443 --hosts hosts.txt

The sites t1.load.test, t2.load.test and so on are made where they are missing, open for registration. With --hosts
they are those of the file, one host a line, which must be open for registration.")]
pub struct Mixed {
    #[command(flatten)]
    pub site: Site,
    #[command(flatten)]
    pub span: Span,
    /// Sites.
    #[arg(long, default_value_t = 100, value_parser = clap::value_parser!(u32).range(2..=10_000))]
    pub sites: u32,
    /// The program to make sites with, and its settings.
    #[arg(long, value_name = "PROGRAM", requires = "config")]
    pub tmtpd: Option<PathBuf>,
    /// The program's settings.
    #[arg(long, value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// Hosts of sites that are there, in place of making some.
    #[arg(long, value_name = "FILE", conflicts_with = "tmtpd")]
    pub hosts: Option<PathBuf>,
    /// Members of the largest site; the second has half of that, the third a third; none fewer than two.
    #[arg(long, default_value_t = 100, value_parser = clap::value_parser!(u32).range(2..=10_000))]
    pub largest: u32,
    /// Messages a second of all sites together, without the abuse.
    #[arg(long, default_value = "500", value_parser = rate)]
    pub rate: f64,
    /// Members of the second site who post as much as they can.
    #[arg(long, default_value_t = 10, value_parser = clap::value_parser!(u32).range(1..=1_000))]
    pub abusers: u32,
    /// Octets of data in a message.
    #[arg(long, default_value = "200")]
    pub size: Sizes,
}

/// Members of all sites, by number, and where each site's begin.
struct Tenants {
    accounts: Vec<Account>,
    links: Vec<Link>,
    firsts: Vec<u32>,
}

pub async fn run(args: &Mixed) -> Ran {
    let hosts = hosts(args).await?;
    let mut outcome = Outcome::new("mixed-tenants", &args.site.output.label)?
        .set("sites", hosts.len())
        .set("members of the largest", args.largest)
        .set("messages/s", args.rate)
        .set("abusers", args.abusers)
        .set("seconds for each part", args.span.seconds);
    yardstick::measure(&mut outcome, &args.site, 100).await?;
    let tenants = populate(args, &hosts).await?;
    let abusers = members_of(args, &hosts[1], args.abusers as usize + 1).await?;
    let uids = || tenants.accounts.iter().map(|account| Arc::clone(&account.uid)).collect();
    let board = || Board::start(args.span.warm_up(), args.span.measured());

    let world = World::of_uids(uids(), board()?);
    let course = begin(args, &tenants.firsts, tenants.links, &world);
    let took = course.measure_until(&args.site.process, |_| false).await?;
    let mut talked = course.drain(args.span.drain()).await?;
    let quiet = world.board.measured();
    let quiet_p99 = quiet.deliveries.p99;
    tell::messages(&mut outcome, " (no abuse)", quiet, took);
    let links: Option<Vec<Link>> = talked.iter_mut().map(|one| one.link.take()).collect();
    let mut verdict = course::verdict(&world, talked);
    let Some(links) = links else {
        outcome.verdict = Some(verdict);
        return Ok(outcome);
    };

    let abuse_world = World::of_members(&abusers, board()?);
    let mut abuse = Course::new(&abuse_world);
    for (number, member) in (0..).zip(abusers) {
        let plan = Random {
            lanes: 0..args.abusers + 1,
            own: number,
            window: ABUSE,
            pace: Pace::Closed,
            sizes: args.size.clone(),
        };
        abuse.enter(Talker::new(number, member.link, plan, &abuse_world));
    }
    let world = World::of_uids(uids(), board()?);
    let course = begin(args, &tenants.firsts, links, &world);
    let took = course.measure_until(&args.site.process, |_| false).await?;
    let abused = abuse.drain(args.span.drain()).await?;
    let talked = course.drain(args.span.drain()).await?;
    let beside = world.board.measured();
    let ratio = beside.deliveries.p99 as f64 / quiet_p99.max(1) as f64;
    tell::messages(&mut outcome, " (others, beside abuse)", beside, took);
    outcome.figure("others' p99, beside abuse / without", ratio, "times", Better::Less);
    let rate = abuse_world.board.measured().delivered as f64 / args.span.seconds as f64;
    outcome.figure("delivered to the abusers", rate, "messages/s", Better::Neither);
    verdict.add(course::verdict(&world, talked));
    let mut of_abusers = course::verdict(&abuse_world, abused);
    let refused = of_abusers.take_full_queues();
    outcome.figure("refused to the abusers", refused as f64, "messages", Better::Neither);
    verdict.add(of_abusers);
    outcome.verdict = Some(verdict);
    Ok(outcome)
}

/// The hosts of all sites: those of the file, or ones that are made.
async fn hosts(args: &Mixed) -> Result<Vec<String>> {
    if let Some(path) = &args.hosts {
        let text = fs::read_to_string(path).with_context(|| format!("reading {}", path.display()))?;
        let hosts: Vec<_> = text.split_whitespace().map(ToOwned::to_owned).collect();
        ensure!(hosts.len() >= 2, "{} names fewer than two hosts", path.display());
        return Ok(hosts);
    }
    let (program, config) =
        args.tmtpd.as_ref().zip(args.config.as_ref()).context("say --tmtpd or --hosts")?;
    let hosts: Vec<_> = (1..=args.sites).map(|number| format!("t{number}.load.test")).collect();
    let site = |words: &[&str]| {
        let mut command = Command::new(program);
        command.arg("site").args(words).arg("--config").arg(config);
        command.stdout(Stdio::null()).stderr(Stdio::piped()).kill_on_drop(true);
        command
    };
    let each = hosts.iter().map(|host| async move {
        if site(&["show", host]).output().await?.status.success() {
            return Ok(());
        }
        let settings = [
            "registration=open",
            "open_registrations_per_hour_max=1000000",
            "requests_per_second_max=1000000",
        ];
        let create = [&["create", "--name", host, "--host", host][..], &settings].concat();
        let made = site(&create).output().await.context("running the program that makes sites")?;
        ensure!(made.status.success(), "making {host}: {}", String::from_utf8_lossy(&made.stderr));
        Ok(())
    });
    stream::iter(each).buffer_unordered(AT_A_TIME).try_collect::<()>().await?;
    Ok(hosts)
}

async fn members_of(args: &Mixed, host: &str, count: usize) -> Result<Vec<account::Member>> {
    let targets = account::targets(&args.site.target, Some(host));
    let dialer = Dialer::new()?.with_sources(4);
    account::register_many(&dialer, &targets, count).await.with_context(|| format!("registering at {host}"))
}

async fn populate(args: &Mixed, hosts: &[String]) -> Result<Tenants> {
    let mut tenants = Tenants { accounts: Vec::new(), links: Vec::new(), firsts: Vec::new() };
    for (rank, host) in (1..).zip(hosts) {
        tenants.firsts.push(tenants.accounts.len() as u32);
        let members = members_of(args, host, (args.largest / rank).max(2) as usize).await?;
        for member in members {
            tenants.accounts.push(member.account);
            tenants.links.push(member.link);
        }
    }
    tenants.firsts.push(tenants.accounts.len() as u32);
    Ok(tenants)
}

/// Everybody posts to the members of their own site.
fn begin(args: &Mixed, firsts: &[u32], links: Vec<Link>, world: &Arc<World>) -> Course {
    let mut course = Course::new(world);
    let count = links.len();
    for (number, link) in (0..).zip(links) {
        let site = firsts.partition_point(|first| *first <= number).max(1) - 1;
        let plan = Random {
            lanes: firsts[site]..firsts[site + 1],
            own: number,
            window: 1000,
            pace: Pace::new(Some(args.rate), count),
            sizes: args.size.clone(),
        };
        course.enter(Talker::new(number, link, plan, world));
    }
    course
}
