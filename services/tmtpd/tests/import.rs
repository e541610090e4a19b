//! A site of the reference server comes over: its members log in with the secrets that they have, and get what waited for
//! them. What the reference server leaves on disk is written by a small generator here.
#![cfg(test)]

use std::{
    collections::BTreeMap,
    fs,
    os::unix::fs::symlink,
    path::{Path, PathBuf},
};

use anyhow::{Context, Result, ensure};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use tmtp_store::{MemberKey, SiteId, StoreOptions};
use tmtp_testkit::{
    ask,
    client::{Account, Client},
    server::{Layout, Server, Shape, SitePlan},
};
use tmtp_wire::base32;

const HOST: &str = "tmtp.acme.example";
const LARGE: usize = 100_000;
/// Ids of messages: some day in 2024.
const FIRST_ID: u64 = 0x17c0_0000_0000_0000;

/// What the reference server keeps.
struct Former {
    folder: tempfile::TempDir,
    next: u64,
}

#[derive(Clone)]
struct User {
    uid: String,
    /// Octets of the secrets of its nodes, the first of which has the number 1.
    secrets: Vec<[u8; 25]>,
}

impl User {
    fn new(seed: u8, nodes: u8) -> Self {
        let secrets = (1..=nodes).map(|num| [seed.wrapping_mul(16) + num; 25]).collect();
        Self { uid: base32::encode(&[seed; 20]), secrets }
    }

    fn account(&self, num: usize) -> Account {
        let nodeid = base32::encode(&self.secrets[num - 1]);
        Account { uid: self.uid.clone(), nodeid, alias: String::new() }
    }
}

/// As the reference server does.
fn slow_hash(secret: &[u8]) -> String {
    let first = Sha256::digest(secret);
    let hash = (0..22_388).fold(first, |hash, _| Sha256::digest(hash));
    base32::encode(&hash).trim_end_matches('=').to_owned()
}

/// A name as a file's: URL-query-escaped.
fn escaped(name: &str) -> String {
    let escape = |octet: u8| match octet {
        b' ' => "+".to_owned(),
        b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'~' => char::from(octet).to_string(),
        other => format!("%{other:02X}"),
    };
    name.bytes().map(escape).collect()
}

/// Fields in this order and a checksum behind them.
fn signed(fields: &str) -> String {
    let plain = format!("{{{fields},\"CheckSum\":0}}");
    plain.replace(":0}", &format!(":{}}}\n", crc32c::crc32c(plain.as_bytes())))
}

impl Former {
    fn new() -> Result<Self> {
        let former = Self { folder: tempfile::tempdir()?, next: FIRST_ID };
        for part in ["userdb/temp", "userdb/user", "userdb/alias", "userdb/group", "qstore/temp"] {
            fs::create_dir_all(former.at(part))?;
        }
        fs::write(former.at("qstore/NEXTID"), format!("{FIRST_ID:016x}"))?;
        Ok(former)
    }

    fn at(&self, part: &str) -> PathBuf {
        self.folder.path().join(part)
    }

    /// A user whose last node is defunct where `has_defunct`, with an alias.
    fn user(&self, user: &User, alias: &str, has_defunct: bool) -> Result<()> {
        let mut nodes = BTreeMap::new();
        for (num, secret) in (1..).zip(&user.secrets) {
            let defunct = has_defunct && num == user.secrets.len();
            nodes.insert(slow_hash(secret), json!({"Defunct": defunct, "Num": num}));
        }
        let aliases = json!([{"En": alias, "Nat": "", "EnDefunct": false, "NatDefunct": false,
                              "EnTouched": true, "NatTouched": false}]);
        let fields = format!(
            "\"Nodes\":{},\"NonDefunctNodesCount\":{},\"Aliases\":{aliases}",
            serde_json::to_string(&nodes)?,
            nodes.len()
        );
        fs::write(self.at("userdb/user").join(&user.uid), signed(&fields))?;
        self.alias(alias, &user.uid)
    }

    fn alias(&self, alias: &str, leads_to: &str) -> Result<()> {
        Ok(symlink(leads_to, self.at("userdb/alias").join(escaped(alias)))?)
    }

    fn group(&self, gid: &str, members: &[(&User, &str, u8)]) -> Result<()> {
        let member = |(user, alias, status): &(&User, &str, u8)| {
            (user.uid.clone(), json!({"Alias": alias, "Status": status}))
        };
        let members: BTreeMap<_, _> = members.iter().map(member).collect();
        let fields = format!("\"Uid\":{}", serde_json::to_string(&members)?);
        Ok(fs::write(self.at("userdb/group").join(escaped(gid)), signed(&fields))?)
    }

    fn queue(&self, user: &User, num: usize) -> PathBuf {
        let name = format!("{}.{num:02x}", user.uid).to_lowercase();
        self.at("qstore").join(&name[..4]).join(&name)
    }

    /// A message that waits for these nodes; returns its id.
    fn message(&mut self, fields: &Value, data: &[u8], waits_for: &[(&User, usize)]) -> Result<String> {
        self.next += 1;
        let id = format!("{:016x}", self.next);
        let mut header = json!({"id": id, "posted": "2024-05-01T09:30:00.123Z", "datalen": data.len()});
        for (name, value) in fields.as_object().context("fields")? {
            header[name] = value.clone();
        }
        let frame = |header: &Value| {
            let text = header.to_string();
            format!("{:04x}{text}", text.len())
        };
        header["headsum"] = crc32c::crc32c(frame(&header).as_bytes()).into();
        let octets = [frame(&header).as_bytes(), data].concat();
        let rank = if header["op"] == "user" { 'a' } else { 'm' };
        let first = self.at("qstore/temp").join(&id);
        fs::write(&first, octets)?;
        for (user, num) in waits_for {
            let queue = self.queue(user, *num);
            fs::create_dir_all(&queue)?;
            fs::hard_link(&first, queue.join(format!("{rank}{id}")))?;
        }
        fs::remove_file(first)?;
        Ok(id)
    }
}

/// Alice with two nodes and a defunct one, Bob, and what waits for them.
struct Community {
    former: Former,
    alice: User,
    bob: User,
    /// Ids of what waits for Bob, in order, and its data.
    for_bob: Vec<(String, Vec<u8>)>,
    for_alice: Vec<String>,
}

impl Community {
    fn new() -> Result<Self> {
        let mut former = Former::new()?;
        let (alice, bob, carol) = (User::new(1, 3), User::new(2, 1), User::new(3, 1));
        former.user(&alice, "Alice Ames", true)?;
        former.user(&bob, "Bob Bright & Söhne/1", false)?;
        // A name that every site keeps from its beginning: it makes way.
        former.user(&carol, "Customer Support", false)?;
        former.alias("Old Alice", "*defunct")?;
        former.group(
            "Reading Circle",
            &[(&alice, "Alice Ames", 2), (&bob, "Bob B", 2), (&carol, "Customer Support", 3)],
        )?;
        let mut for_bob = Vec::new();
        for octets in [5, LARGE, 7] {
            let data = vec![b'x'; octets];
            let fields = json!({"op": "delivery", "from": alice.uid});
            for_bob.push((former.message(&fields, &data, &[(&bob, 1), (&alice, 2)])?, data));
        }
        let note =
            former.message(&json!({"op": "login", "from": alice.uid, "node": "tbd"}), b"", &[(&alice, 1)])?;
        let user = json!({"op": "user", "from": alice.uid, "newalias": "Alice Ames"});
        let urgent = former.message(&user, b"", &[(&alice, 1), (&alice, 2)])?;
        Ok(Self { former, alice, bob, for_bob, for_alice: vec![urgent, note] })
    }

    async fn import(&self, server: &Server, more: &[&str]) -> Result<String> {
        let (userdb, qstore) = (self.former.at("userdb"), self.former.at("qstore"));
        let (userdb, qstore) = (userdb.display().to_string(), qstore.display().to_string());
        let config = server.config();
        let words = ["import", "mnm", "--config", &config, "--userdb", &userdb, "--qstore", &qstore];
        server.command(&[&words, more].concat()).await
    }

    /// What a dry run says that ends with another code than 0.
    async fn dry_run_refused(&self, server: &Server) -> Result<String> {
        let refused = self.import(server, &["--dry-run"]).await;
        Ok(format!("{:#}", refused.err().context("a dry run with faults ends with 0")?))
    }

    /// Everything that waited, in order, is there and is acked.
    async fn bob_reads(&self, server: &Server) -> Result<Client> {
        let mut bob = server.login(&self.bob.account(1)).await?;
        for (id, data) in &self.for_bob {
            let delivery = bob.take("delivery").await?;
            ensure!(delivery.id() == id && delivery.data == *data, "{} is not {id}", delivery.id());
            delivery.expect(&json!({"from": self.alice.uid, "posted": "2024-05-01T09:30:00.123Z"}))?;
        }
        bob.take("login").await?;
        Ok(bob)
    }
}

async fn start(shape: Shape) -> Result<Server> {
    let site = SitePlan { name: "Acme", hosts: &[HOST], settings: &[] };
    let layout = Layout { sites: vec![site], ..Layout::default() };
    Server::start(shape, Path::new(env!("CARGO_BIN_EXE_tmtpd")), &layout).await
}

/// Whether a member's devices are known by the hashes of the former server.
async fn has_former_hash(server: &Server, user: &User) -> Result<bool> {
    let url = server.store_url();
    let store = tmtp_store::open(&StoreOptions { url, ..StoreOptions::default() }).await?;
    let member = MemberKey { site: SiteId(1), uid: user.uid.clone() };
    Ok(store.begin(&[]).await?.has_former_hash(&member).await?)
}

async fn a_site_comes_over(shape: Shape) -> Result<()> {
    let server = start(shape).await?;
    let site = Community::new()?;
    let said = site.import(&server, &["--dry-run"]).await?;
    for line in [
        "members   3",
        "devices   4, and 1 defunct",
        "aliases   3, and 1 that",
        "groups    1",
        "messages  5 of 100012 octets, which wait in 9 places",
        "faults    0",
        "nothing was changed",
    ] {
        ensure!(said.contains(line), "`{line}` is not in: {said}");
    }
    let mut early = server.stranger().await?;
    early.send_both(&ask::login(&site.bob.uid, &site.bob.account(1).nodeid)).await?;
    early.expect_tmtprev().await?;
    early.expect_quit("login failed").await.context("a dry run lets nobody in")?;

    let said = site.import(&server, &["--site", HOST]).await?;
    ensure!(said.contains("came now: 3 members, 4 aliases, 1 groups, 5 messages"), "{said}");
    ensure!(has_former_hash(&server, &site.bob).await?);
    let wrong = Account { nodeid: base32::encode(&[77; 25]), ..site.bob.account(1) };
    let mut stranger = server.stranger().await?;
    stranger.send_both(&ask::login(&wrong.uid, &wrong.nodeid)).await?;
    stranger.expect_tmtprev().await?;
    stranger.expect_quit("login failed").await?;

    let mut bob = site.bob_reads(&server).await?;
    ensure!(!has_former_hash(&server, &site.bob).await?, "the next login goes by our own hash");
    let mut alice = server.login(&site.alice.account(1)).await?;
    for (op, id) in ["user", "login"].into_iter().zip(&site.for_alice) {
        alice.take(op).await?.expect(&json!({"id": id}))?;
    }
    alice.take("login").await?;
    ensure!(has_former_hash(&server, &site.alice).await?, "her other device has not come yet");
    alice.accepted(&ask::ping("Alice Ames", "Bob Bright & Söhne/1"), b"here again").await?;
    bob.take("ping").await?.expect(&json!({"alias": "Alice Ames"}))?;
    alice.accepted(&ask::post_to(&[ask::to_group("Reading Circle")]), b"to all").await?;
    bob.take("delivery").await?;
    let said = alice.refused(&ask::newalias("Old Alice"), b"").await?;
    ensure!(said.contains("Old Alice"), "{said}");

    // Again, and nothing comes a second time.
    let said = site.import(&server, &[]).await?;
    ensure!(said.contains("came now: 0 members, 0 aliases, 0 groups, 0 messages"), "{said}");
    bob.quit().await?;
    server.enter(&site.bob.account(1)).await?.expect_nothing().await?;
    server.check_processes(&[])
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_site_comes_over_to_one_process_and_its_members_notice_nothing() -> Result<()> {
    Box::pin(a_site_comes_over(Shape::Standalone)).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_site_comes_over_to_a_cluster_and_its_members_notice_nothing() -> Result<()> {
    Box::pin(a_site_comes_over(Shape::Cluster)).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn names_that_others_at_the_site_have_are_told_before_anything_comes() -> Result<()> {
    let server = start(Shape::Standalone).await?;
    let mut other = server.stranger().await?;
    other.send_both(&ask::register("Bob Bright & Söhne/1")).await?;
    other.expect_tmtprev().await?;
    ensure!(other.recv().await?.op() == "registered");
    let site = Community::new()?;
    let said = site.dry_run_refused(&server).await?;
    ensure!(said.contains("the import would be refused for the 1 faults above"), "{said}");
    ensure!(said.contains("fault: Bob Bright & Söhne/1: somebody else at the site has this name"), "{said}");
    ensure!(said.contains("faults    1"), "{said}");
    let refused = site.import(&server, &[]).await.err().context("it began")?.to_string();
    ensure!(
        refused.contains("nothing was changed") && !has_former_hash(&server, &site.bob).await?,
        "{refused}"
    );
    let said = site.import(&server, &["--leave-out-faulty"]).await?;
    ensure!(said.contains("1 names belong to others at the site"), "{said}");
    Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_import_goes_on_where_it_was_interrupted() -> Result<()> {
    let server = start(Shape::Standalone).await?;
    let site = Community::new()?;
    let queues = site.former.at("qstore");
    // As far as members go, and some of the messages.
    let later = site.former.queue(&site.bob, 1).join(format!("m{}", site.for_bob[2].0));
    let octets = fs::read(&later)?;
    fs::rename(&queues, site.former.at("elsewhere"))?;
    fs::create_dir(&queues)?;
    let said = site.import(&server, &[]).await?;
    ensure!(said.contains("3 members, 4 aliases, 1 groups, 0 messages"), "{said}");
    fs::remove_dir(&queues)?;
    fs::rename(site.former.at("elsewhere"), &queues)?;
    for place in [later.clone(), site.former.queue(&site.alice, 2).join(later.file_name().context("a name")?)]
    {
        fs::remove_file(place)?;
    }
    for id in &site.for_alice {
        for (num, rank) in [(1, 'a'), (2, 'a'), (1, 'm')] {
            _ = fs::remove_file(site.former.queue(&site.alice, num).join(format!("{rank}{id}")));
        }
    }
    let said = site.import(&server, &[]).await?;
    ensure!(said.contains("0 members, 0 aliases, 0 groups, 2 messages"), "{said}");
    fs::write(&later, octets)?;
    let said = site.import(&server, &[]).await?;
    ensure!(said.contains("0 members, 0 aliases, 0 groups, 1 messages"), "{said}");
    site.bob_reads(&server).await?;
    server.check_processes(&[])
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_fault_is_told_with_its_file_and_nothing_comes_until_it_is_left_out() -> Result<()> {
    let server = start(Shape::Standalone).await?;
    let mut site = Community::new()?;
    let dave = User::new(4, 1);
    site.former.user(&dave, "Dave Dunn", false)?;
    let file = site.former.at("userdb/user").join(&dave.uid);
    fs::write(&file, fs::read_to_string(&file)?.replace("\"Num\":1", "\"Num\":2"))?;
    site.former.alias("Erin", &site.bob.uid)?;
    site.former.group("Alice Ames", &[(&site.bob, "Bob B", 2)])?;
    let ping = json!({"op": "ping", "from": site.alice.uid, "alias": "Alice Ames", "to": "Bob"});
    let cut = site.former.message(&ping, b"cut short", &[(&site.bob, 1)])?;
    let cut = site.former.queue(&site.bob, 1).join(format!("m{cut}"));
    let octets = fs::read(&cut)?;
    fs::write(&cut, &octets[..octets.len() - 1])?;
    let changed = site.former.message(&ping, b"", &[(&site.bob, 1)])?;
    let changed = site.former.queue(&site.bob, 1).join(format!("m{changed}"));
    fs::write(&changed, fs::read_to_string(&changed)?.replace("Alice Ames", "Alice Amos"))?;
    site.former.message(&ping, b"", &[(&User::new(9, 1), 1)])?;
    fs::write(site.former.queue(&site.bob, 1).join("notes.txt"), "x")?;

    let said = site.dry_run_refused(&server).await?;
    for fault in [
        "the import would be refused for the 8 faults above",
        "is damaged: its checksum is wrong",
        "and there is no such user",
        "the alias `Erin` must be 8+ characters",
        "the group `Alice Ames` has the name of an alias",
        "is not whole: 8 octets of data in place of 9",
        "is damaged: its header's checksum is wrong",
        "1 messages wait for a node that is in use nowhere",
        "notes.txt: is not named by a letter and a message's id",
        "faults    8",
    ] {
        ensure!(said.contains(fault), "`{fault}` is not in: {said}");
    }
    let said = site.import(&server, &["--dry-run", "--leave-out-faulty"]).await?;
    ensure!(said.contains("faults    8") && said.contains("nothing was changed"), "{said}");
    let refusal = site.import(&server, &[]).await.err().context("it is not refused")?;
    ensure!(format!("{refusal:#}").contains("nothing was changed"), "{refusal:#}");
    let said = site.import(&server, &["--leave-out-faulty"]).await?;
    ensure!(said.contains("came now: 3 members, 4 aliases, 1 groups, 5 messages"), "{said}");
    site.bob_reads(&server).await?;
    server.check_processes(&[])
}
