//! A site with a few members, and its twin.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use anyhow::{Context, Result, bail};
use tempfile::TempDir;
use tmtp_store::{
    Body, GroupMember, GroupStatus, MemberKey, Name, NewEntry, NewMessage, NewNode, NewSite, NodeAcks,
    NodeId, Owner, QueuePage, QueueRead, Recorded, RequestClaim, RequestKey, Session, SiteId, SiteSettings,
    Store, StoreOptions, Tx, migrate, open,
};
use tmtp_testkit::postgres::Postgres;
use tmtp_wire::{MsgId, Posted};
use tokio::time::timeout;

use crate::peek::Peek;

/// When the twin's messages were posted: late enough for no sweep of a test to take them for old.
pub const TWIN_POSTED: i64 = 1_000_000;
pub const GROUP: &str = "The Reading Circle";
pub const ALICE: &str = "Alice Ames";
pub const BOB: &str = "Bob Bellamy";
/// Long enough for what happens at all to happen.
pub const SOON: Duration = Duration::from_secs(20);

/// Tables in which the other site has no rows: of these, tests ask about all sites at once.
pub const EMPTY: [&str; 7] =
    ["certificates", "given_aliases", "group_drops", "issuing", "mails", "orders", "proofs"];

pub struct World {
    pub store: Arc<dyn Store>,
    pub options: StoreOptions,
    pub peek: Peek,
    pub site: SiteId,
    pub twin: SiteId,
    /// Alice's two nodes, then Bob's two.
    pub nodes: [NodeId; 4],
    twin_rows: BTreeMap<String, Vec<String>>,
    written: Mutex<Vec<&'static str>>,
    _folder: Option<TempDir>,
}

/// Makes an empty database one of ours.
async fn migrated(url: String) -> Result<()> {
    migrate(&StoreOptions { url, ..StoreOptions::default() }).await?;
    Ok(())
}

impl World {
    pub async fn on_sqlite() -> Result<Self> {
        let folder = tempfile::tempdir()?;
        let url = format!("sqlite://{}", folder.path().join("new/store.db").display());
        let world = Self::on(StoreOptions { url, ..StoreOptions::default() }).await?;
        Ok(Self { _folder: Some(folder), ..world })
    }

    pub async fn on_postgres() -> Result<Self> {
        let url = Postgres::shared_like("migrated", migrated).await?;
        Self::on(StoreOptions { url, ..StoreOptions::default() }).await
    }

    /// Fills a new database.
    pub async fn on(options: StoreOptions) -> Result<Self> {
        migrate(&options).await?;
        let store = open(&options).await?;
        let site = store.add_site(&new_site("one")).await?;
        let twin = store.add_site(&new_site("two")).await?;
        let peek = Peek::open(&options.url).await?;
        let mut world = Self {
            store,
            options,
            peek,
            site,
            twin,
            nodes: [NodeId(0); 4],
            twin_rows: BTreeMap::new(),
            written: Mutex::default(),
            _folder: None,
        };
        world.nodes = world.populate().await?;
        world.traffic().await?;
        world.peek.copy_site(site, twin).await?;
        world.peek.fill(twin).await?;
        world.peek.clear_traffic(site).await?;
        world.twin_rows = world.peek.dump(twin).await?;
        for (table, rows) in &world.twin_rows {
            // Of these, tests ask about all sites at once.
            let empty = EMPTY.contains(&table.as_str());
            assert_eq!(rows.is_empty(), empty, "the twin has nothing in {table}, or has it only now");
        }
        Ok(world)
    }

    /// A test may change these tables of the twin: it means to.
    pub fn writes_at_twin(&self, tables: &[&'static str]) {
        self.written.lock().unwrap_or_else(PoisonError::into_inner).extend(tables);
    }

    /// Every test ends with this: the twin is as it was.
    pub async fn finish(self) -> Result<()> {
        let written = self.written.into_inner().unwrap_or_else(PoisonError::into_inner);
        let mut rows = self.peek.dump(self.twin).await?;
        for (table, before) in self.twin_rows {
            let changed = rows.remove(&table).as_ref() != Some(&before);
            assert!(!changed || written.contains(&table.as_str()), "the other site was touched: {table}");
        }
        self.peek.close().await;
        Ok(())
    }

    async fn populate(&self) -> Result<[NodeId; 4]> {
        let mut tx = self.tx().await?;
        let mut nodes = Vec::new();
        for (uid, alias) in [("alice", ALICE), ("bob", BOB)] {
            let member = self.member(uid);
            tx.add_member(&member, 1).await?;
            assert!(tx.take_name(&self.name(alias, Owner::Member(uid.to_owned()))).await?);
            for device in ["phone", "desk"] {
                nodes.push(tx.add_node(&new_node(&member, device)).await?);
            }
        }
        assert!(tx.take_name(&self.name(GROUP, Owner::Group)).await?);
        tx.put_group_member(&self.in_group("alice", ALICE, GroupStatus::Joined)).await?;
        tx.put_group_member(&self.in_group("bob", BOB, GroupStatus::Invited)).await?;
        tx.commit().await?;
        nodes.try_into().ok().context("four nodes")
    }

    /// Something of everything that tests are about to do at the site: the twin keeps it.
    async fn traffic(&self) -> Result<()> {
        let mut tx = self.tx().await?;
        for node in self.nodes {
            tx.begin_session(self.site, node, "edge-1", 1).await?;
        }
        let session = self.session_of(self.nodes[0], 1);
        assert!(tx.mark_ohi(&session).await?);
        tx.add_ohi(&self.member("alice"), &["bob".to_owned()]).await?;
        tx.claim_requests(&[self.claim(self.nodes[0], 1, 1)]).await?;
        let mut messages: Vec<NewMessage> = (1..=9).map(|id| self.message(id)).collect();
        messages[1].urgent = true;
        messages[2].body = Body::Blob { key: "blob-3".to_owned(), octets: 1 << 20 };
        messages.iter_mut().for_each(|message| message.posted = Posted(TWIN_POSTED));
        let entries: Vec<NewEntry> = (0..messages.len())
            .flat_map(|message| self.nodes.map(|node| NewEntry { message, node }))
            .collect();
        tx.add_messages(&messages, &entries).await?;
        Ok(tx.commit().await?)
    }

    /// The same store, opened once more.
    pub async fn reopened(&self) -> Result<Arc<dyn Store>> {
        Ok(open(&self.options).await?)
    }

    pub async fn tx(&self) -> Result<Box<dyn Tx>> {
        Ok(self.store.begin(&[self.site, self.twin]).await?)
    }

    /// A third site with the members, nodes, names and groups of the one under test, under the same ids.
    pub async fn sister(&self) -> Result<SiteId> {
        let sister = self.store.add_site(&new_site("three")).await?;
        self.peek.copy_site(self.site, sister).await?;
        Ok(sister)
    }

    /// Polls what is to wait for a transaction until it does. Postgres tells who stands in line for a lock; SQLite, where
    /// one at a time writes anyway, tells nothing, and a while must do.
    pub async fn waits<T>(&self, waiting: &mut (impl Future<Output = T> + Unpin)) -> Result<()> {
        let seen = async {
            if !self.is_postgres() {
                tokio::time::sleep(Duration::from_millis(100)).await;
                return Ok(());
            }
            let in_line = "SELECT count(*) FROM pg_stat_activity
                           WHERE datname = current_database() AND wait_event_type = 'Lock'";
            while self.peek.count(in_line).await? == 0 {
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
            anyhow::Ok(())
        };
        tokio::select! {
            _ = waiting => bail!("it does not wait"),
            seen = timeout(SOON, seen) => seen.context("it neither waits nor ends")?,
        }
    }

    pub fn is_postgres(&self) -> bool {
        self.options.url.starts_with("postgres")
    }

    pub fn member(&self, uid: &str) -> MemberKey {
        MemberKey { site: self.site, uid: uid.to_owned() }
    }

    pub fn name(&self, name: &str, owner: Owner) -> Name {
        Name { site: self.site, name: name.to_owned(), owner }
    }

    pub fn in_group(&self, uid: &str, alias: &str, status: GroupStatus) -> GroupMember {
        let (gid, uid, alias) = (GROUP.to_owned(), uid.to_owned(), alias.to_owned());
        GroupMember { site: self.site, gid, uid, alias, status }
    }

    pub fn session_of(&self, node: NodeId, epoch: i64) -> Session {
        let uid = if self.nodes[..2].contains(&node) { "alice" } else { "bob" };
        Session { site: self.site, node, epoch, uid: uid.to_owned() }
    }

    /// A login.
    pub async fn login(&self, node: NodeId) -> Result<Session> {
        let mut tx = self.tx().await?;
        let begun = tx.begin_session(self.site, node, "edge-1", 5).await?;
        tx.commit().await?;
        Ok(self.session_of(node, begun.epoch))
    }

    pub fn message(&self, id: u64) -> NewMessage {
        NewMessage {
            site: self.site,
            id: MsgId(id),
            posted: Posted(10),
            head: format!("head {id}").into_bytes().into(),
            body: Body::Inline(format!("body {id}").into_bytes().into()),
            urgent: false,
        }
    }

    /// Posts messages to nodes.
    pub async fn post(&self, ids: &[u64], nodes: &[NodeId]) -> Result<()> {
        let messages: Vec<NewMessage> = ids.iter().map(|id| self.message(*id)).collect();
        self.post_all(&messages, nodes).await
    }

    pub async fn post_all(&self, messages: &[NewMessage], nodes: &[NodeId]) -> Result<()> {
        let entries: Vec<NewEntry> = (0..messages.len())
            .flat_map(|message| nodes.iter().map(move |node| NewEntry { message, node: *node }))
            .collect();
        let mut tx = self.tx().await?;
        tx.add_messages(messages, &entries).await?;
        Ok(tx.commit().await?)
    }

    /// Acks.
    pub async fn ack(&self, session: &Session, ids: &[u64]) -> Result<Vec<String>> {
        ack(&*self.store, session, ids).await
    }

    pub fn read(&self, session: &Session) -> QueueRead {
        QueueRead { session: session.clone(), skip: Vec::new(), max_entries: 100, max_octets: 1 << 20 }
    }

    pub async fn page(&self, read: QueueRead) -> Result<QueuePage> {
        Ok(self.store.queues(&[read]).await?.remove(0))
    }

    /// The ids that wait for a session's node, in order.
    pub async fn waiting(&self, session: &Session) -> Result<Vec<u64>> {
        Ok(ids(&self.page(self.read(session)).await?))
    }

    /// How many messages and entries the site has.
    pub async fn left(&self) -> Result<(i64, i64)> {
        let count = async |table| {
            self.peek.count(&format!("SELECT count(*) FROM {table} WHERE site = {}", self.site.0)).await
        };
        Ok((count("messages").await?, count("entries").await?))
    }

    /// Every message counts its entries exactly, and every entry has its message.
    pub async fn check_counts(&self) -> Result<()> {
        let wrong = "SELECT count(*) FROM messages m WHERE pending <>
                     (SELECT count(*) FROM entries e WHERE e.site = m.site AND e.msg = m.id)";
        assert_eq!(self.peek.count(wrong).await?, 0, "counts are wrong");
        let lost = "SELECT count(*) FROM entries e WHERE NOT EXISTS
                    (SELECT 1 FROM messages m WHERE m.site = e.site AND m.id = e.msg)";
        assert_eq!(self.peek.count(lost).await?, 0, "entries without a message");
        Ok(())
    }

    pub fn key(&self, node: NodeId, digest: u8) -> RequestKey {
        RequestKey { site: self.site, node, digest: [digest; 16] }
    }

    /// A claim under epoch 1, with nothing acked.
    pub fn claim(&self, node: NodeId, digest: u8, id: u64) -> RequestClaim {
        let recorded = Recorded { id: MsgId(id), posted: Posted(TWIN_POSTED) };
        RequestClaim { key: self.key(node, digest), epoch: 1, recorded, acked_through: MsgId(0) }
    }
}

pub async fn ack(store: &dyn Store, session: &Session, ids: &[u64]) -> Result<Vec<String>> {
    let acks = NodeAcks { session: session.clone(), ids: ids.iter().map(|id| MsgId(*id)).collect() };
    Ok(store.ack(&[acks]).await?.blobs)
}

pub fn ids(page: &QueuePage) -> Vec<u64> {
    page.entries.iter().map(|entry| entry.id.0).collect()
}

pub fn new_site(name: &str) -> NewSite {
    NewSite {
        name: name.to_owned(),
        hosts: vec![format!("{name}.example"), format!("www.{name}.example")],
        settings: SiteSettings::default(),
    }
}

pub fn new_node(member: &MemberKey, label: &str) -> NewNode {
    let secret_hash = format!("{} {label}", member.uid).into_bytes();
    NewNode { member: member.clone(), label: label.to_owned(), secret_hash, now_ms: 1 }
}
