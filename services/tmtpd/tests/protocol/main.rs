//! Every statement of the protocol, one small test a sentence, over real TLS sockets, against both shapes of a server.
//!
//! `SENTENCE=presence cargo nextest run -p tmtpd --test protocol` runs those whose name contains the word.

mod ahead;
mod delivery;
mod errors;
mod field;
mod framing;
mod groups;
mod life;
mod limits;
mod members;
mod notify;
mod ping;
mod post;
mod presence;
mod requests;
mod retries;
mod secrets;
mod weight;

use std::{path::Path, sync::Arc};

use anyhow::Result;
use tmtp_testkit::{
    server::{Layout, Server, Shape, SitePlan},
    suite,
};

/// Shorter than the default, so that waiting for it is bearable.
const IDLE_SECONDS: u64 = 25;
/// Longer than the default, so that a disk that stalls for some seconds fails no sentence about something else.
const LOGIN_SECONDS: u64 = 15;

/// Host names of the sites, by what is special about them.
const PLAIN: &str = "plain.test";
const REFUSING: &str = "refusing.test";
const SMALL: &str = "small.test";
const SCARCE: &str = "scarce.test";
const SLOW: &str = "slow.test";
const CHANGING: &str = "changing.test";
const CLOSED: &str = "closed.test";
const SUSPENDED: &str = "suspended.test";

fn layout() -> Layout {
    let site = |name, hosts, settings| SitePlan { name, hosts, settings };
    Layout {
        sites: vec![
            site("Plain & <Simple>", &[PLAIN, "also-plain.test"], &[]),
            site("Refusing", &[REFUSING], &[("login_conflict", "refuse")]),
            site(
                "Small",
                &[SMALL],
                &[
                    ("message_octets_max", "1000"),
                    ("nodes_per_member_max", "3"),
                    ("header_octets_max", "2000"),
                ],
            ),
            site("Scarce", &[SCARCE], &[("queued_messages_max", "5"), ("links_per_member_max", "2")]),
            site("Slow", &[SLOW], &[("requests_per_second_max", "5")]),
            site("Changing", &[CHANGING], &[]),
            site("Closed", &[CLOSED], &[("registration", "closed")]),
            site("Suspended", &[SUSPENDED], &[]),
        ],
        edge: vec![
            ("idle_seconds", IDLE_SECONDS.to_string()),
            ("login_seconds", LOGIN_SECONDS.to_string()),
            ("loopback_exempt", "true".into()),
        ],
        // As much as an operator may ask for: what must not be told is looked for in all of it.
        more: "[log]\nformat = \"json\"\nfilter = \"info,tmtp_edge=debug,tmtp_delivery=debug\"\n".into(),
        ..Layout::default()
    }
}

async fn holds_on(shape: Shape) -> Result<()> {
    let program = Path::new(env!("CARGO_BIN_EXE_tmtpd"));
    let server = Arc::new(Server::start(shape, program, &layout()).await?);
    let chapters = [
        framing::sentences(),
        life::sentences(),
        errors::sentences(),
        requests::sentences(),
        members::sentences(),
        presence::sentences(),
        ping::sentences(),
        groups::sentences(),
        post::sentences(),
        notify::sentences(),
        delivery::sentences(),
        retries::sentences(),
        ahead::sentences(),
        limits::sentences(),
        field::sentences(),
    ];
    suite::run(&server, chapters.into_iter().flatten().collect()).await?;
    // These look at the whole server, so they run when all else is quiet.
    for alone in weight::sentences().into_iter().chain(secrets::sentences()) {
        suite::run(&server, vec![alone]).await?;
    }
    server.check_processes(&[])
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_statement_of_the_protocol_holds_on_one_process() -> Result<()> {
    holds_on(Shape::Standalone).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_statement_of_the_protocol_holds_on_a_cluster() -> Result<()> {
    holds_on(Shape::Cluster).await
}
