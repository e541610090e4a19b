//! A site that moves to another database: all of it, once, and whatever happens on the way. Postgres only.

use std::collections::BTreeMap;

use anyhow::{Context, Result, ensure};
use async_trait::async_trait;
use tmtp_store::{
    CHUNK_OCTETS, Error, MAIN_SHARD, NodeAcks, Placement, StoreOptions,
    admin::{OrgId, Page},
    shards::{Databases, Opened, Step, Witness, number_shard, open_all},
};
use tmtp_testkit::postgres::Postgres;
use tmtp_wire::MsgId;

use crate::{
    peek::Peek,
    world::{World, new_node},
};

/// Tables with rows of sites that stay on main.
const STAY: [&str; 10] = [
    "site_hosts",
    "audit",
    "signing_keys",
    "grants",
    "certificates",
    "issuing",
    "orders",
    "proofs",
    "sites",
    "mails",
];
/// The first id of the first shard.
const FIRST: i64 = 1 << 40;

/// A world whose site may move to the shard `east`.
struct Map {
    w: World,
    all: Databases,
    east: Peek,
}

/// Ends a move at its nth step, as a kill would: of the tables that are copied the first, one in the middle, and the last
/// count.
struct Until(usize);

#[async_trait]
impl Witness for Until {
    async fn see(&mut self, step: Step) -> tmtp_store::Result<()> {
        if matches!(step, Step::Copying { table, .. } if !["members", "entries", "counters"].contains(&table))
        {
            return Ok(());
        }
        self.0 = self.0.checked_sub(1).ok_or_else(|| Error::Defect("killed".to_owned()))?;
        Ok(())
    }
}

async fn empty() -> Result<StoreOptions> {
    let url = Postgres::shared_like("empty", async |_| Ok(())).await?;
    Ok(StoreOptions { url, ..StoreOptions::default() })
}

impl Map {
    async fn new() -> Result<Self> {
        let (w, options) = (World::on_postgres().await?, empty().await?);
        number_shard(&w.options, "east", &options).await?;
        let east = Peek::open(&options.url).await?;
        let others = BTreeMap::from([("east".to_owned(), options)]);
        Ok(Self { all: Databases { main: w.options.clone(), others }, east, w })
    }

    /// Something in every table that a site has rows in.
    async fn fill(&self) -> Result<()> {
        let (w, site) = (&self.w, self.w.site.0);
        let session = w.login(w.nodes[2]).await?;
        w.post(&[1, 2, 3], &w.nodes[2..]).await?;
        w.ack(&session, &[2]).await?;
        let mut tx = w.tx().await?;
        tx.claim_requests(&[w.claim(w.nodes[0], 1, 1)]).await?;
        tx.commit().await?;
        for sql in [
            format!("INSERT INTO looks VALUES ({site}, 'a look', 'Alice Ames')"),
            format!("INSERT INTO given_aliases VALUES ({site}, 'Front Desk', 'alice')"),
            format!("INSERT INTO group_drops VALUES ({site}, 'A former group', 'alice', 'Alice Ames')"),
            format!(
                "INSERT INTO invitations (site, code_hash, uses_max, uses_left, made_by, created_ms)
                     VALUES ({site}, 'code', 3, 2, 'me', 1)"
            ),
            format!("INSERT INTO spent_tokens VALUES ({site}, 'digest', 9)"),
            format!("INSERT INTO usage_days (site, day, messages) VALUES ({site}, 7, 5)"),
            format!("INSERT INTO usage_sent VALUES ({site}, 8, 1, 2, 3)"),
            format!("INSERT INTO usage_active VALUES ({site}, 8, 'alice') ON CONFLICT DO NOTHING"),
            format!(
                "INSERT INTO chunks VALUES ('{site}/00ff', 0, 'data', true, 1), ('{site}1/00ff', 0, 'x', true, 1)"
            ),
            format!(
                "INSERT INTO counters VALUES ('imported {site}', 3), ('spared {site}', 3), ('imported {site}1', 4)"
            ),
        ] {
            w.peek.run(&sql).await?;
        }
        Ok(())
    }

    async fn go(&self, to: &str) -> Result<()> {
        Ok(self.all.move_site(self.w.site, to, &mut Until(usize::MAX)).await?)
    }

    /// How many of the databases are in charge.
    async fn in_charge(&self) -> Result<(i64, i64)> {
        let sql = format!("SELECT count(*) FROM sites WHERE id = {} AND NOT away", self.w.site.0);
        Ok((self.w.peek.count(&sql).await?, self.east.count(&sql).await?))
    }

    /// How many rows a database has of the site, by table, in all tables that name sites.
    async fn rows(&self, peek: &Peek) -> Result<BTreeMap<String, i64>> {
        let site = self.w.site.0;
        let tables = "SELECT table_name::text FROM information_schema.columns c
                      JOIN information_schema.tables t USING (table_schema, table_name)
                      WHERE table_schema = 'public' AND column_name = 'site' AND table_type = 'BASE TABLE'";
        let mut rows = BTreeMap::new();
        for table in peek.texts(tables).await?.into_iter().filter(|table| !STAY.contains(&table.as_str())) {
            let count = format!("SELECT count(*) FROM {table} WHERE site = {site}");
            rows.insert(table, peek.count(&count).await?);
        }
        let blobs = format!("SELECT count(*) FROM chunks WHERE blob LIKE '{site}/%'");
        rows.insert("chunks".to_owned(), peek.count(&blobs).await?);
        let counters = format!("SELECT count(*) FROM counters WHERE name LIKE '% {site}'");
        rows.insert("counters".to_owned(), peek.count(&counters).await?);
        Ok(rows)
    }

    async fn finish(self) -> Result<()> {
        self.east.close().await;
        self.w.finish().await
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_site_moves_with_all_its_rows_and_back() -> Result<()> {
    let m = Map::new().await?;
    m.fill().await?;
    let before = m.rows(&m.w.peek).await?;
    let missing: Vec<_> = before.iter().filter(|(table, rows)| **rows == 0 && **table != "ohi").collect();
    ensure!(missing.is_empty(), "this test proves nothing about {missing:?}");
    m.go("east").await?;
    assert_eq!(m.rows(&m.east).await?, before);
    let left = m.rows(&m.w.peek).await?;
    assert!(left.values().all(|rows| *rows == 0), "{left:?}");
    assert_eq!(m.in_charge().await?, (0, 1));
    let east = Placement { shard: "east".to_owned(), moving_to: None };
    assert_eq!(m.w.store.placements().await?, [(m.w.site, east)]);
    let connected = format!("SELECT count(*) FROM nodes WHERE site = {} AND edge IS NOT NULL", m.w.site.0);
    assert_eq!(m.east.count(&connected).await?, 0, "sessions are over");
    let rows = m.east.copied(m.w.site).await?;
    m.go("east").await?;
    assert_eq!(m.east.copied(m.w.site).await?, rows, "there already");

    m.go(MAIN_SHARD).await?;
    assert_eq!(m.w.peek.copied(m.w.site).await?, rows);
    assert_eq!(m.rows(&m.w.peek).await?, before);
    assert_eq!((m.in_charge().await?, m.w.store.placements().await?), ((1, 0), vec![]));
    m.w.check_counts().await?;
    m.finish().await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_move_that_is_killed_at_any_step_is_completed_by_the_next() -> Result<()> {
    let m = Map::new().await?;
    m.fill().await?;
    let mut places = (MAIN_SHARD, "east");
    for killed_after in 0.. {
        let (from, to) = places;
        let source = if from == MAIN_SHARD { &m.w.peek } else { &m.east };
        let before = m.rows(source).await?;
        let first = m.all.move_site(m.w.site, to, &mut Until(killed_after)).await;
        let (main, east) = m.in_charge().await?;
        ensure!(main + east <= 1, "two are in charge after {killed_after} steps");
        let other = m.all.move_site(m.w.site, from, &mut Until(usize::MAX)).await;
        let is_past = m.w.store.placements().await?.iter().all(|(_, place)| place.moving_to.is_none());
        if first.is_err() && !is_past {
            assert!(
                matches!(other, Err(Error::Option(_))),
                "half-way there it does not turn round: {other:?}"
            );
        } else {
            other?;
        }
        m.go(to).await?;
        let target = if to == MAIN_SHARD { &m.w.peek } else { &m.east };
        assert_eq!(m.rows(target).await?, before, "killed after {killed_after} steps");
        assert!(m.rows(source).await?.values().all(|rows| *rows == 0), "killed after {killed_after} steps");
        places = (to, from);
        if first.is_ok() {
            ensure!(killed_after > 7, "only {killed_after} steps were tried");
            break;
        }
    }
    m.finish().await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_mover_that_is_taken_for_dead_and_is_not_keeps_the_next_one_out() -> Result<()> {
    /// Loses the mover's connection to main before the target takes charge, and has another one try.
    struct Lose<'a>(&'a Map, Option<tmtp_store::Result<()>>);
    #[async_trait]
    impl Witness for Lose<'_> {
        async fn see(&mut self, step: Step) -> tmtp_store::Result<()> {
            let Step::Compared { .. } = step else { return Ok(()) };
            let lose = "SELECT pg_terminate_backend(pid, 5000) FROM pg_locks WHERE locktype = 'advisory' AND classid = 1953330288
                        AND objid = 2 AND database = (SELECT oid FROM pg_database WHERE datname = current_database())";
            self.0.w.peek.run(lose).await.map_err(|error| Error::Defect(error.to_string()))?;
            self.1 = Some(self.0.all.move_site(self.0.w.site, "east", &mut Until(usize::MAX)).await);
            Ok(())
        }
    }
    let m = Map::new().await?;
    m.fill().await?;
    let before = m.rows(&m.w.peek).await?;
    let mut witness = Lose(&m, None);
    let first = m.all.move_site(m.w.site, "east", &mut witness).await;
    let second = witness.1.context("nobody else tried")?;
    assert!(matches!(&second, Err(Error::Unavailable(why)) if why.contains("another move")), "{second:?}");
    assert!(first.is_err(), "its connection to main is lost");
    m.go("east").await?;
    assert_eq!((m.rows(&m.east).await?, m.in_charge().await?), (before, (0, 1)));
    m.finish().await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_copy_that_differs_does_not_take_charge() -> Result<()> {
    struct Tamper<'a>(&'a Map, usize);
    #[async_trait]
    impl Witness for Tamper<'_> {
        async fn see(&mut self, step: Step) -> tmtp_store::Result<()> {
            if let Step::Copying { table: "entries", .. } = step {
                let what = ["UPDATE messages SET body = 'other'", "DELETE FROM messages"][self.1];
                let sql = format!("{what} WHERE site = {} AND id = 1", self.0.w.site.0);
                self.0.east.run(&sql).await.map_err(|error| Error::Defect(error.to_string()))?;
            }
            Ok(())
        }
    }
    let m = Map::new().await?;
    m.fill().await?;
    for how in 0..2 {
        let moved = m.all.move_site(m.w.site, "east", &mut Tamper(&m, how)).await;
        let error = moved.err().context("a copy that differs was taken")?.to_string();
        assert!(error.contains("the copy of messages differs"), "{error}");
        assert_eq!(m.in_charge().await?, (0, 0));
    }
    m.go("east").await?;
    assert_eq!(m.in_charge().await?, (0, 1));
    m.finish().await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_transaction_under_way_is_in_the_copy_and_a_later_one_is_refused() -> Result<()> {
    let m = Map::new().await?;
    let mut tx = m.w.store.begin(&[m.w.site]).await?;
    let member = m.w.member("carol");
    tx.add_member(&member, 1).await?;
    let (all, site) = (m.all.clone(), m.w.site);
    let moving = tokio::spawn(async move { all.move_site(site, "east", &mut Until(usize::MAX)).await });
    let waits = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted AND database =
                 (SELECT oid FROM pg_database WHERE datname = current_database())";
    while m.w.peek.count(waits).await? == 0 {
        ensure!(!moving.is_finished(), "it did not wait for what is under way");
        tokio::time::sleep(std::time::Duration::from_millis(10)).await;
    }
    tx.commit().await?;
    moving.await??;
    let sql = format!("SELECT count(*) FROM members WHERE site = {} AND uid = 'carol'", site.0);
    assert_eq!(m.east.count(&sql).await?, 1, "it was lost");
    let mut tx = m.w.store.begin(&[site]).await?;
    assert!(matches!(tx.add_member(&m.w.member("dave"), 1).await, Err(Error::Away)));
    drop(tx);
    m.finish().await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_ack_that_was_on_its_way_counts_where_the_site_is_by_then() -> Result<()> {
    let m = Map::new().await?;
    let session = m.w.login(m.w.nodes[2]).await?;
    m.w.post(&[1, 2], &m.w.nodes[2..3]).await?;
    m.go("east").await?;
    let acks = [NodeAcks { session, ids: vec![MsgId(1)] }];
    assert!(matches!(m.w.store.ack(&acks).await, Err(Error::Away)));
    open_all(&m.all).await?.others["east"].ack(&acks).await?;
    let left = format!("SELECT count(*) FROM entries WHERE site = {}", m.w.site.0);
    assert_eq!(m.east.count(&left).await?, 1);
    m.finish().await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_body_that_comes_while_its_site_leaves_is_whole_or_refused() -> Result<()> {
    let m = Map::new().await?;
    let bodies = m.w.store.bodies().context("bodies in the database")?;
    let body = vec![7; CHUNK_OCTETS + 1];
    let mut whole = bodies.create(m.w.site).await?;
    whole.write(body.clone().into()).await?;
    let key = whole.finish().await?;
    let mut cut_off = bodies.create(m.w.site).await?;
    cut_off.write(body.clone().into()).await?;
    m.go("east").await?;
    assert!(matches!(cut_off.finish().await, Err(Error::Away)));
    let chunks = format!("SELECT count(*) FROM chunks WHERE blob LIKE '{}/%'", m.w.site.0);
    assert_eq!(m.w.peek.count(&chunks).await?, 0, "something is left that nobody looks for");
    let opened = open_all(&m.all).await?;
    let there = opened.others["east"].bodies().context("bodies in the database")?;
    let read = [there.read(&key, 0).await?, there.read(&key, CHUNK_OCTETS as u64).await?].concat();
    assert_eq!(read, body);
    m.finish().await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_in_a_site_is_administered_where_it_is() -> Result<()> {
    let m = Map::new().await?;
    m.fill().await?;
    m.go("east").await?;
    let Opened { main, others, silent } = open_all(&m.all).await?;
    assert!(silent.is_empty());
    let admin = main.admin();
    let mut view = admin.view().await?;
    let scope = view.scope(OrgId(1), m.w.site).await?.context("a site")?;
    let twin = view.scope(OrgId(1), m.w.twin).await?.context("its twin")?;
    assert!(view.member(&scope, "alice").await?.is_some());
    assert!(view.member(&twin, "alice").await?.is_some());
    let page = Page { after: tmtp_store::NodeId(0), limit: 10, search: String::new() };
    assert_eq!(view.nodes(&scope, &page, tmtp_store::admin::WhichNodes::All).await?.len(), 4);
    let all = view.org_usage(OrgId(1), &(7..=7)).await?;
    assert_eq!(all.iter().map(|day| day.messages).sum::<u64>(), 5);
    let figures = view.figures(&scope, 8).await?;
    drop(view);
    let survey = admin.survey(8).await?;
    let surveyed = survey.iter().find(|one| one.site == m.w.site).and_then(|one| one.figures);
    assert_eq!((surveyed, figures.messages_today), (Some(figures), 2), "with what it has there");
    let entries = "SELECT count(*) FROM entries";
    let waits = m.w.peek.count(entries).await? + m.east.count(entries).await?;
    assert_eq!(main.backlog(1_000_000).await?.entries, u64::try_from(waits)?, "what waits in all databases");

    let mut change = admin.begin().await?;
    let member = m.w.member("alice");
    assert!(change.tx_at(m.w.site).await?.suspend_member(&member, true).await?);
    assert!(change.free_name(&scope, "nobody").await.is_ok());
    change.commit().await?;
    let suspended = format!("SELECT count(*) FROM members WHERE site = {} AND suspended", m.w.site.0);
    assert_eq!((m.east.count(&suspended).await?, m.w.peek.count(&suspended).await?), (1, 0));

    let east = others.get("east").context("a shard")?;
    let mut tx = east.begin(&[m.w.site]).await?;
    let node = tx.add_node(&new_node(&m.w.member("bob"), "tablet")).await?;
    tx.commit().await?;
    assert!(node.0 > FIRST, "ids of shards do not meet: {node:?}");

    // While it moves, nothing is changed in it.
    m.w.peek.run(&format!("UPDATE sites SET moving_to = 'main' WHERE id = {}", m.w.site.0)).await?;
    m.east.run(&format!("UPDATE sites SET away = true WHERE id = {}", m.w.site.0)).await?;
    let mut change = admin.begin().await?;
    assert!(matches!(change.free_name(&scope, "nobody").await, Err(Error::Away)));
    drop(change);
    m.finish().await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_database_becomes_one_shard_of_one_installation() -> Result<()> {
    let m = Map::new().await?;
    let east = &m.all.others["east"];
    number_shard(&m.w.options, "east", east).await.context("again is no harm")?;
    let refused = async |name: &str, options: &StoreOptions, why: &str| {
        let error =
            number_shard(&m.w.options, name, options).await.err().context(why.to_owned())?.to_string();
        ensure!(error.contains(why), "{error}");
        Ok(())
    };
    refused("west", east, "that is the shard east").await?;
    refused("west", &m.w.options, "has sites of its own").await?;
    let another = World::on_postgres().await?;
    let error = number_shard(&another.options, "east", east).await.err().context("of another")?.to_string();
    ensure!(error.contains("of this installation or another"), "{error}");
    another.finish().await?;
    let swapped = Databases { main: east.clone(), others: BTreeMap::new() };
    let moved = swapped.move_site(m.w.site, "main", &mut Until(usize::MAX)).await;
    assert!(matches!(moved, Err(Error::Option(_))), "{moved:?}");
    m.finish().await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_shard_that_does_not_answer_keeps_nobody_from_starting() -> Result<()> {
    let mut m = Map::new().await?;
    let away = StoreOptions { url: "postgres://nobody@127.0.0.1:1/x".to_owned(), ..StoreOptions::default() };
    m.all.others.insert("a_dead_one".to_owned(), away);
    let opened = open_all(&m.all).await?;
    assert_eq!(opened.silent.iter().map(|(name, _)| name.as_str()).collect::<Vec<_>>(), ["a_dead_one"]);
    opened.main.ping().await?;
    opened.others["east"].ping().await?;
    assert!(matches!(opened.others["a_dead_one"].ping().await, Err(Error::Unavailable(_))));

    // Upkeep is done in the others all the same, and what there is shows.
    m.fill().await?;
    m.w.peek.run(&format!("UPDATE sites SET shard = 'a_dead_one' WHERE id = {}", m.w.twin.0)).await?;
    let survey = opened.main.admin().survey(8).await?;
    let is_known = |site| survey.iter().any(|one| one.site == site && one.figures.is_some());
    assert_eq!((survey.len(), is_known(m.w.site), is_known(m.w.twin)), (2, true, false));
    m.w.peek.run(&format!("UPDATE sites SET shard = 'main' WHERE id = {}", m.w.twin.0)).await?;
    m.go("east").await?;
    let counted = "SELECT (SELECT count(*) FROM usage_sent) + (SELECT count(*) FROM usage_active)";
    let before = m.east.count(counted).await?;
    let settled = opened.main.admin().settle_usage(i64::MAX, 1000).await;
    assert!(matches!(settled, Err(Error::Unavailable(_))), "that one is away is told: {settled:?}");
    assert!(m.east.count(counted).await? < before);
    m.finish().await
}
