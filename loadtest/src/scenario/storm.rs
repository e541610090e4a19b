//! All links are cut at once, and all members come back at once.

use std::{sync::Arc, time::Duration};

use anyhow::{Context, Result};
use clap::Args;

use super::{
    Ran, course, handshakes,
    homecoming::{self, Away, Came, Household},
    shape::Sizes,
    talk::{Talked, World},
    tell,
};
use crate::{
    link::{
        Link,
        account::{self, Account},
        dial::{Dialer, Target},
    },
    outcome::{Better, Figure, Outcome},
    site::Site,
    verify::{inbox::Inbox, outbox::Outbox},
};

/// All links are cut at once, and all members come back at once: with full handshakes, then with tickets.
#[derive(Debug, Clone, Args)]
#[command(after_help = "\
Example:
  tmtp-loadtest storm --cluster /tmp/tmtp-cluster-0 --links 2000

While they are away each is sent a message: it must come, once. Members come back to another edge than they had.
The edges must admit them: [edge] accepts_per_second, links_per_address_max or loopback_exempt.")]
pub struct Storm {
    #[command(flatten)]
    pub site: Site,
    /// Links.
    #[arg(long, default_value_t = 2000, value_parser = clap::value_parser!(u32).range(1..=18_000))]
    pub links: u32,
    /// Loopback addresses to dial from.
    #[arg(long, default_value_t = 4, value_parser = clap::value_parser!(u8).range(1..=250))]
    pub sources: u8,
}

/// What lasts over all rounds.
struct Rounds {
    accounts: Vec<Account>,
    sizes: Sizes,
    targets: Vec<Target>,
}

pub async fn run(args: &Storm) -> Ran {
    let mut outcome = Outcome::new("storm", &args.site.output.label)?.set("links", args.links);
    let span = Duration::from_secs(args.site.output.yardstick_seconds);
    let bare = if span.is_zero() { None } else { Some(handshakes::bare_rate(span).await?) };
    let full = Dialer::new()?.from_sources(args.sources);
    let targets = args.site.targets();
    let mut members = account::register_many(&full, &targets, args.links as usize + 1).await?;
    let world = World::of_members(&members, homecoming::board()?);
    let sender = members.pop().context("nobody registered")?.link;
    let accounts: Vec<_> = members.into_iter().map(|member| member.account).collect();
    let dialers: Vec<_> = accounts.iter().map(|_| full.resuming()).collect();
    let rounds = Rounds { accounts, sizes: "200".parse().map_err(anyhow::Error::msg)?, targets };
    let fresh = || Inbox::of_a_link_to_cut();
    let inboxes = rounds.accounts.iter().map(|_| fresh()).collect();

    // Each member's own dialer has no ticket yet: full handshakes, which bring one for the second round.
    let home = rounds.household(&dialers, inboxes, sender, Outbox::default(), fresh(), 1);
    let first = homecoming::run(&world, home, 1, &rounds.sizes, &args.site.process).await?;
    let (talked, first) = tell_round(&mut outcome, &args.site, " (full handshakes)", first, &world, bare);
    let (inboxes, sender, outbox, sender_inbox) = cut(talked)?;
    let world = world.next_part(homecoming::board()?);
    let home = rounds.household(&dialers, inboxes, sender, outbox, sender_inbox, 2);
    let second = homecoming::run(&world, home, 1, &rounds.sizes, &args.site.process).await?;
    let (talked, second) = tell_round(&mut outcome, &args.site, " (with tickets)", second, &world, bare);
    outcome.figure("share that came back with tickets", second as f64 / f64::from(args.links), "of 1", Better::More);
    outcome.figure("resumed in the first round", first as f64, "links", Better::Neither);
    outcome.verdict = Some(course::verdict(&world, talked));
    Ok(outcome)
}

impl Rounds {
    fn household(
        &self,
        dialers: &[Dialer],
        inboxes: Vec<Inbox>,
        sender: Link,
        outbox: Outbox,
        sender_inbox: Inbox,
        turn: usize,
    ) -> Household {
        let each = self.accounts.iter().zip(dialers).zip(inboxes);
        let away = each.map(|((account, dialer), inbox)| Away {
            account: account.clone(),
            dialer: dialer.clone(),
            inbox,
        });
        Household { away: away.collect(), sender, outbox, sender_inbox, turn, targets: self.targets.clone() }
    }
}

/// Notes a round; gives back the members, and how many came with a ticket.
fn tell_round(
    outcome: &mut Outcome,
    site: &Site,
    part: &str,
    came: Came,
    world: &Arc<World>,
    bare: Option<f64>,
) -> (Vec<Talked>, usize) {
    let name = |what: &str| format!("{what}{part}");
    let mut measured = world.board.measured();
    let seconds = came.took.span.as_secs_f64();
    let logins = came.logins.count() as f64;
    let fronts: Vec<_> = site.fronts().into_iter().map(|process| process.name).collect();
    let front_seconds: f64 =
        came.took.used.iter().filter(|one| fronts.contains(&one.name)).map(|one| one.cpu_seconds).sum();
    outcome.figure(&name("all have their first message after"), seconds, "s", Better::Less);
    outcome.figure(&name("logins"), logins / (came.logins.at(1.0) as f64 / 1e6).max(1e-3), "/s", Better::More);
    if front_seconds > 0.0 {
        let rate = logins / front_seconds;
        outcome.figure(&name("logins a core-second of the edges"), rate, "/core-second", Better::More);
        if let Some(bare) = bare {
            outcome.figure(&name("that / bare TLS handshakes"), rate / bare, "times", Better::More);
        }
    }
    if let Some(bare) = bare.filter(|_| outcome.yardsticks.is_empty()) {
        outcome.yardsticks.push(Figure::new("bare TLS handshakes", bare, "/core-second", Better::Neither));
    }
    tell::processor_time(outcome, part, came.took.used, measured.delivered);
    measured.deliveries.name = name("return to first message");
    outcome.latencies.extend([came.logins.latency(&name("return to login")), measured.deliveries]);
    (came.talked, came.resumed)
}

/// Cuts all links but the sender's, which comes last.
fn cut(mut talked: Vec<Talked>) -> Result<(Vec<Inbox>, Link, Outbox, Inbox)> {
    let sender = talked.pop().context("nobody is left")?;
    let inboxes = talked.into_iter().map(|one| {
        let mut inbox = one.inbox;
        inbox.cut();
        inbox
    });
    Ok((inboxes.collect(), sender.link.context("the sender's link broke")?, sender.outbox, sender.inbox))
}
