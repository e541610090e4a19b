//! A server of the test's own that writes down how it carries out each statement, and a site where much waits.

use std::{env, fs::OpenOptions, io::Write as _};

use anyhow::{Context, Result, ensure};
use tmtp_store::{NodeId, Session, StoreOptions};
use tmtp_testkit::postgres::Postgres;

use super::read::{Plan, plans};
use crate::{faults::server, world::World};

/// What waits.
const ENTRIES: u64 = 50_000;
/// Members, each with a node.
pub const MEMBERS: i64 = 5_000;
/// Numbers of what fills the tables begin here.
const FIRST: i64 = 1_000_000;
/// Members at whom a statement is aimed at a time.
pub const AT_ONCE: usize = 20;

pub struct Stage {
    pub world: World,
    server: Postgres,
    database: String,
}

impl Stage {
    pub async fn new() -> Result<Self> {
        let server = server().await?;
        let url = server.fresh_database()?;
        let database = url.rsplit('/').next().context("a name")?.to_owned();
        let settings = [
            ("session_preload_libraries", "auto_explain"),
            ("auto_explain.log_min_duration", "0"),
            ("auto_explain.log_nested_statements", "on"),
            ("auto_explain.log_analyze", "on"),
            ("auto_explain.log_buffers", "on"),
            ("auto_explain.log_format", "json"),
        ];
        for (name, value) in settings {
            server.sql(&database, &format!("ALTER DATABASE {database} SET {name} = '{value}'"))?;
        }
        // One connection serves all that is asked one after the other, so that a plan made is a plan kept.
        let world = World::on(StoreOptions { url, connections: 2, ..StoreOptions::default() }).await?;
        Ok(Self { world, server, database })
    }

    /// Of nodes that are there before the site is filled.
    pub async fn first_sessions(&self) -> Result<Vec<Session>> {
        let mut sessions = Vec::new();
        for node in self.world.nodes {
            sessions.push(self.world.login(node).await?);
        }
        Ok(sessions)
    }

    /// Some of those that fill the site.
    pub fn sessions(&self) -> Vec<Session> {
        let session = |number: i64| Session {
            site: self.world.site,
            node: NodeId(FIRST + number),
            epoch: 1,
            uid: format!("member {number:06}"),
        };
        (0..AT_ONCE as i64).map(|at| session(at * 7)).collect()
    }

    /// Fills the site; every member is connected, and each node has as much in its queue.
    pub async fn fill(&self) -> Result<()> {
        let entries = match env::var("TMTP_PLANS_ENTRIES") {
            Ok(entries) => entries.parse().context("TMTP_PLANS_ENTRIES")?,
            Err(_) => ENTRIES,
        };
        let site = self.world.site.0;
        let members = format!("generate_series(0, {} - 1) i", MEMBERS);
        let messages = format!("generate_series(0, {entries} - 1) i");
        let uid = "'member ' || lpad(i::text, 6, '0')";
        let fills = [
            format!(
                "members (site, uid, created_ms, stranger) SELECT {site}, {uid}, 1, i % 2 = 0 FROM {members}"
            ),
            format!(
                "nodes (site, node, uid, label, secret_hash, epoch, edge, created_ms, seen_ms)
                 SELECT {site}, {FIRST} + i, {uid}, 'phone', convert_to('secret ' || i, 'UTF8'), 1, 'edge-1', 1, 1
                 FROM {members}"
            ),
            format!("names (site, name, kind, uid) SELECT {site}, 'alias ' || i, 0, {uid} FROM {members}"),
            format!(
                "group_members (site, gid, uid, alias, status)
                 SELECT {site}, 'group ' || i / 100, {uid}, 'alias ' || i, 1 FROM {members}"
            ),
            format!("looks (site, look, name) SELECT {site}, 'look ' || i, 'alias ' || i FROM {members}"),
            format!(
                "spent_tokens (site, digest, expires_ms)
                 SELECT {site}, convert_to('token ' || i, 'UTF8'), 1 FROM {members}"
            ),
            format!("usage_days (site, day) SELECT {site}, -i FROM {members}"),
            format!(
                "usage_sent (site, day, lane, messages, octets) SELECT {site}, -1 - i / 64, i % 64, 1, 1 FROM {members}"
            ),
            format!("usage_active (site, day, uid) SELECT {site}, -1, {uid} FROM {members}"),
            format!("ohi (site, uid, target) SELECT {site}, {uid}, 'alice' FROM {members} WHERE i < 10"),
            format!(
                "requests (site, node, digest, msg, posted_ms, epoch, acked_through)
                 SELECT {site}, {FIRST} + i % {MEMBERS}, decode(md5(i::text), 'hex'), {FIRST} + i, 1, 1, 0
                 FROM {messages}"
            ),
            format!(
                "messages (site, id, posted_ms, head, body, octets, urgent, pending)
                 SELECT {site}, {FIRST} + i, 1, convert_to(repeat('h', 180), 'UTF8'),
                        convert_to(repeat('x', 200), 'UTF8'), 200, false, 1 FROM {messages}"
            ),
            format!(
                "entries (site, node, rank, msg, octets)
                 SELECT {site}, {FIRST} + i % {MEMBERS}, 1, {FIRST} + i, 200 FROM {messages}"
            ),
        ];
        for fill in fills {
            self.world.peek.run(&format!("INSERT INTO {fill}")).await?;
        }
        Ok(())
    }

    /// Has the server count what is in the tables: plans are made anew after it.
    pub async fn analyze(&self) -> Result<()> {
        self.world.peek.run("ANALYZE").await
    }

    /// Does something, and returns how its statements were carried out.
    pub async fn watch(&self, does: impl Future<Output = Result<()>>) -> Result<Vec<Plan>> {
        let before = self.server.logged()?.len();
        does.await?;
        plans(self.server.logged()?.get(before..).unwrap_or_default())
    }

    /// Writes plans down, where somebody wants them.
    pub fn note(when: &str, what: &str, plans: &[Plan]) -> Result<()> {
        let Ok(file) = env::var("TMTP_PLANS") else { return Ok(()) };
        let mut file = OpenOptions::new().create(true).append(true).open(file)?;
        writeln!(file, "\n=== {what} ({when})")?;
        plans.iter().try_for_each(|plan| writeln!(file, "{plan}"))?;
        Ok(())
    }

    pub async fn finish(self) -> Result<()> {
        let there = self.server.sql(&self.database, "SELECT count(*) FROM entries")?;
        ensure!(there.trim().parse::<u64>()? > 0, "nothing waits any more");
        self.world.finish().await
    }
}
