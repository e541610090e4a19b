//! Administration of a whole server: what is done through the API reaches live links, by one process and by a cluster.
#![cfg(test)]

mod applied;

use std::{
    path::Path,
    process::{Command, Stdio},
    sync::Arc,
    time::{Duration, Instant},
};

use anyhow::{Context, Result, bail, ensure};
use serde_json::{Value, json};
use tmtp_testkit::{
    ask,
    client::{Account, Client},
    received::Kind,
    sentences,
    server::{Layout, OPERATOR_KEY, Server, Shape, SitePlan},
    suite::{self, Sentence},
    talk::unique,
};
use tokio::time::sleep;

const HOST: &str = "acme.test";
const OTHER: &str = "other.test";
/// A member has two nodes at most.
const FEW: &str = "few.test";
/// How long an edge that is told may take, plus what a busy machine needs. One that is not told asks for sites every 10 s
/// and for sessions every `sweep_seconds`: of two changes within that time, it sees one too late.
const AT_ONCE: Duration = Duration::from_secs(3);

fn sentences() -> Vec<Sentence<Server>> {
    sentences![Server;
        a_suspended_member_loses_its_links_at_once_and_may_not_log_in_until_resumed,
        a_revoked_node_loses_its_link_at_once_for_good_and_the_others_stay,
        a_revoked_node_makes_room_for_another,
        a_removed_member_is_gone_for_those_who_write_to_it,
        who_is_removed_or_erased_leaves_its_groups_on_the_devices_of_all_in_them,
        who_is_taken_out_of_a_group_is_told_with_all_in_it_and_may_not_write_to_it,
        a_group_that_is_removed_is_over_for_all_in_it_and_for_good,
        a_suspended_site_loses_its_links_at_once_and_others_keep_theirs,
        what_a_tenant_makes_and_sets_counts_for_members_at_once,
        a_key_for_one_site_names_it_by_its_host,
        what_members_do_is_in_the_usage_of_their_site,
        an_erased_member_loses_its_link_and_its_receipt_is_checked_on_the_database,
        a_sites_own_certificate_is_served_at_once_and_the_folders_again_without_it,
        an_invited_user_is_listed_changed_suspended_and_removed,
        a_list_that_is_cut_off_says_so,
        a_file_of_people_is_looked_through_then_invited_and_nobody_twice,
        the_command_line_of_the_database_keeps_the_same_log,
    ]
}

/// After the others, whose changes are to be seen at once: these start a program at every turn.
fn of_files() -> Vec<Sentence<Server>> {
    sentences![Server;
        applied::a_file_is_shown_then_applied_and_then_there_is_nothing_to_do,
        applied::what_could_not_be_done_is_told_with_how_much_was,
        applied::a_pruned_site_is_brought_back_where_the_file_says_so,
        applied::changes_are_objects_for_programs,
        applied::a_site_made_suspended_is_shown_so,
        applied::of_a_closed_site_is_said_when_it_is_erased_and_how_to_reopen_it,
        applied::a_provider_that_a_site_still_names_is_not_pruned,
        applied::a_site_that_the_provider_suspended_is_shown_to_its_organization_as_such,
        applied::providers_are_made_changed_named_at_sites_and_removed,
        applied::what_a_file_says_nothing_about_is_not_pruned,
        applied::a_site_that_names_an_unknown_provider_is_refused_before_anything_is_done,
    ]
}

/// `tmtpd admin` with these words and this key; what it printed as JSON.
async fn admin_as(server: &Server, key: &str, words: &[&str]) -> Result<Value> {
    let mut command = Command::new(env!("CARGO_BIN_EXE_tmtpd"));
    command.args(["admin", "--json"]).args(words).stdin(Stdio::null());
    command.env("TMTP_ADMIN_SERVER", format!("http://{}", server.api)).env("TMTP_ADMIN_KEY", key);
    let output = tokio::task::spawn_blocking(move || command.output()).await??;
    ensure!(output.status.success(), "{words:?}: {}", String::from_utf8_lossy(&output.stderr));
    if output.stdout.is_empty() { Ok(Value::Null) } else { Ok(serde_json::from_slice(&output.stdout)?) }
}

async fn admin(server: &Server, words: &[&str]) -> Result<Value> {
    admin_as(server, OPERATOR_KEY, words).await
}

const SITE: [&str; 4] = ["--org", "1", "--site", HOST];

/// Words, where they stand, and what for.
async fn at_site(server: &Server, words: &[&str], which: &[&str]) -> Result<Value> {
    admin(server, &[words, &SITE, which].concat()).await
}

async fn a_list_that_is_cut_off_says_so(server: &Server) -> Result<()> {
    for (most, is_cut) in [("1", true), ("1000", false)] {
        let mut command = Command::new(env!("CARGO_BIN_EXE_tmtpd"));
        command.args(["admin", "--json", "audit", "list", "--org", "1", "--most", most]).stdin(Stdio::null());
        command
            .env("TMTP_ADMIN_SERVER", format!("http://{}", server.api))
            .env("TMTP_ADMIN_KEY", OPERATOR_KEY);
        let output = tokio::task::spawn_blocking(move || command.output()).await??;
        let said = String::from_utf8_lossy(&output.stderr);
        ensure!(
            output.status.success() && said.contains("ask for more with --most") == is_cut,
            "{most}: {said}"
        );
        let items: Vec<Value> = serde_json::from_slice(&output.stdout)?;
        ensure!((items.len() == 1) == is_cut, "{most}: {}", items.len());
    }
    Ok(())
}

/// The link ends without a word, and soon. What is queued may come before.
async fn cut(client: &mut Client, since: Instant) -> Result<()> {
    while let Some(message) = client.next().await? {
        ensure!(message.kind() == Kind::Queued, "its last word: {message}");
    }
    ensure!(since.elapsed() < AT_ONCE, "it took {:?}", since.elapsed());
    Ok(())
}

/// Whoever logs in so is told what one is told whom nobody knows, at every edge.
async fn may_not_log_in(server: &Server, account: &Account) -> Result<()> {
    for to in server.addresses() {
        let mut client = Client::connect(&to).await?;
        client.send_both(&ask::login(&account.uid, &account.nodeid)).await?;
        client.expect_tmtprev().await?;
        client.expect_quit("login failed").await?;
    }
    Ok(())
}

async fn a_suspended_member_loses_its_links_at_once_and_may_not_log_in_until_resumed(
    server: &Server,
) -> Result<()> {
    let (mut first, mut second) = server.two_nodes("Alice").await?;
    let mut bob = server.member("Bob").await?;
    let uid = first.me.uid.clone();
    let since = Instant::now();
    let shown = at_site(server, &["member", "suspend"], &["--", &uid]).await?;
    ensure!(shown["suspended"] == true, "{shown}");
    cut(&mut first, since).await?;
    cut(&mut second, since).await?;
    may_not_log_in(server, &first.me).await?;
    may_not_log_in(server, &second.me).await?;
    let post = ask::post(&[&uid]);
    at_site(server, &["member", "resume"], &["--", &uid]).await?;
    let mut back = server.login(&first.me).await?;
    bob.accepted(&post, b"welcome back").await?;
    // Its own logins and its second device come first.
    while back.queued().await?.op() != "delivery" {}
    Ok(())
}

async fn a_revoked_node_loses_its_link_at_once_for_good_and_the_others_stay(server: &Server) -> Result<()> {
    let (first, mut second) = server.two_nodes("Alice").await?;
    let uid = first.me.uid.clone();
    let nodes = at_site(server, &["member", "show"], &["--", &uid]).await?["nodes"].clone();
    let nodes = nodes.as_array().context("nodes")?;
    ensure!(nodes.len() == 2 && nodes.iter().all(|node| node["connected"] == true), "{nodes:?}");
    let phone = nodes.iter().find(|node| node["label"] == "phone").context("the phone")?;
    let since = Instant::now();
    at_site(server, &["node", "revoke"], &[&phone["id"].to_string()]).await?;
    cut(&mut second, since).await?;
    may_not_log_in(server, &second.me).await?;
    let mut first = first;
    first.accepted(&ask::post(&[&uid]), b"still here").await?;
    let left = at_site(server, &["member", "show"], &["--", &uid]).await?;
    ensure!(left["nodes"].as_array().map(Vec::len) == Some(1), "{left}");
    Ok(())
}

async fn a_revoked_node_makes_room_for_another(server: &Server) -> Result<()> {
    let mut first = Client::register(&server.address_at(FEW), "").await?;
    first.add_node("phone").await?;
    first.refused(&ask::newnode("tablet"), b"").await?;
    let at = ["--org", "1", "--site", FEW];
    let show = [&["member", "show"][..], &at, &["--", &first.me.uid]].concat();
    let nodes = admin(server, &show).await?["nodes"].clone();
    let nodes = nodes.as_array().context("nodes")?;
    let phone = nodes.iter().find(|node| node["label"] == "phone").context("the phone")?;
    admin(server, &[&["node", "revoke"][..], &at, &[&phone["id"].to_string()]].concat()).await?;
    let tablet = first.add_node("tablet").await?;
    Client::enter_first(&server.address_at(FEW), &tablet).await?;
    first.take("login").await?;
    first.refused(&ask::newnode("watch"), b"").await?;
    first.expect_nothing().await
}

async fn an_erased_member_loses_its_link_and_its_receipt_is_checked_on_the_database(
    server: &Server,
) -> Result<()> {
    let mut alice = server.member("Alice").await?;
    let mut bob = server.member("Bob").await?;
    let (uid, alias) = (alice.me.uid.clone(), alice.me.alias.clone());
    let zip = server.folder().join("alice.zip");
    at_site(server, &["member", "export", "--out", &zip.display().to_string()], &["--", &uid]).await?;
    ensure!(std::fs::read(&zip)?.starts_with(b"PK"), "no zip");
    let since = Instant::now();
    let mut receipt = at_site(server, &["member", "erase"], &["--", &uid]).await?;
    ensure!(receipt["rows"]["nodes"] == 1 && receipt["uid"] == uid.as_str(), "{receipt}");
    cut(&mut alice, since).await?;
    may_not_log_in(server, &alice.me).await?;
    ensure!(bob.accepted(&ask::post(&[&uid]), b"hello?").await.is_err(), "it was taken");
    ensure!(Client::register(&server.address(), &alias).await.is_err(), "the alias went to another");
    let file = server.folder().join("receipt.json");
    let (config, name) = (server.config(), file.display().to_string());
    let verify = ["audit", "verify", "--config", &config, "--receipt", &name];
    std::fs::write(&file, receipt.to_string())?;
    server.command(&verify).await?;
    let (site, seq) = (receipt["site"].as_i64().context("site")?, receipt["seq"].as_i64().context("seq")?);
    for (at, forged, said) in [
        ("/org", json!(0), "organization 0"),
        ("/site", json!(site + 1), ": site"),
        ("/uid", json!("ANOTHER"), ": uid"),
        ("/erased_at", json!("2026-01-01T00:00:00Z"), ": erased_at"),
        ("/erased_by", json!("nobody"), ": erased_by"),
        ("/rows/nodes", json!(2), ": rows"),
        ("/rows", json!({}), ": rows"),
        ("/seq", json!(seq + 1000), "no row"),
        ("/hash", json!("00"), ": hash"),
    ] {
        let mut forgery = receipt.clone();
        *forgery.pointer_mut(at).context("a field")? = forged;
        refused_receipt(server, &forgery, said).await.with_context(|| at.to_owned())?;
    }
    receipt["legal"] = "nobody can tell".into();
    refused_receipt(server, &receipt, "legal").await
}

/// This is no receipt of what stands in the log, and that is said with this word.
async fn refused_receipt(server: &Server, receipt: &Value, word: &str) -> Result<()> {
    let file = tempfile::NamedTempFile::new_in(server.folder())?;
    std::fs::write(&file, receipt.to_string())?;
    let name = file.path().display().to_string();
    let verify = ["audit", "verify", "--config", &server.config(), "--receipt", &name];
    let error = server.command(&verify).await.err().context("it passed")?;
    ensure!(format!("{error:#}").contains(word), "{error:#}");
    Ok(())
}

async fn a_removed_member_is_gone_for_those_who_write_to_it(server: &Server) -> Result<()> {
    let mut alice = server.member("Alice").await?;
    let mut bob = server.member("Bob").await?;
    let (uid, alias) = (alice.me.uid.clone(), alice.me.alias.clone());
    let since = Instant::now();
    at_site(server, &["member", "remove"], &["--", &uid]).await?;
    cut(&mut alice, since).await?;
    may_not_log_in(server, &alice.me).await?;
    ensure!(bob.accepted(&ask::post(&[&uid]), b"hello?").await.is_err(), "it was taken");
    ensure!(Client::register(&server.address(), &alias).await.is_err(), "the alias went to another");
    Ok(())
}

/// A group of these, the first of whom made it. Nothing waits for them.
async fn group(server: &Server, gid: &str, names: [&str; 3]) -> Result<[Client; 3]> {
    let [mut first, mut second, mut third] =
        [server.member(names[0]).await?, server.member(names[1]).await?, server.member(names[2]).await?];
    let from = first.me.alias.clone();
    for member in [&mut second, &mut third] {
        first.accepted(&ask::invite(gid, &from, &member.me.alias), b"").await?;
        member.accepted(&ask::join(gid), b"").await?;
        member.take("invite").await?;
        member.take("member").await?.expect(&json!({"act": "join"}))?;
        for act in ["invite", "join"] {
            first.take("member").await?.expect(&json!({"act": act}))?;
        }
    }
    for act in ["invite", "join"] {
        second.take("member").await?.expect(&json!({"act": act}))?;
    }
    Ok([first, second, third])
}

async fn who_is_removed_or_erased_leaves_its_groups_on_the_devices_of_all_in_them(
    server: &Server,
) -> Result<()> {
    for verb in ["remove", "erase"] {
        let gid = unique("Circle");
        let [mut alice, bob, carol] = Box::pin(group(server, &gid, ["Alice", "Bob", "Carol"])).await?;
        let away = carol.quit().await?;
        at_site(server, &["member", verb], &["--", &bob.me.uid]).await?;
        let told = json!({"act": "drop", "gid": gid, "alias": bob.me.alias, "from": bob.me.uid});
        alice.take("member").await?.expect(&told)?;
        let mut back = server.login(&away).await?;
        // Her own login is among what waits, before or after it.
        let mut events = [back.queued().await?, back.queued().await?];
        for event in &events {
            back.ack(event.id()).await?;
        }
        events.sort_by_key(|event| event.op() == "member");
        events[1].expect(&told)?;
        for member in [&mut alice, &mut back] {
            member.expect_nothing().await?;
        }
    }
    Ok(())
}

async fn who_is_taken_out_of_a_group_is_told_with_all_in_it_and_may_not_write_to_it(
    server: &Server,
) -> Result<()> {
    let gid = unique("Circle");
    let [mut alice, mut bob, mut carol] = Box::pin(group(server, &gid, ["Alice", "Bob", "Carol"])).await?;
    let post = ask::post_to(&[ask::to_group(&gid)]);
    let (uid, alias) = (bob.me.uid.clone(), bob.me.alias.clone());
    // Twice is once.
    for _ in 0..2 {
        at_site(server, &["group", "drop"], &["--", &gid, &uid]).await?;
    }
    for member in [&mut alice, &mut bob, &mut carol] {
        let told = json!({"act": "drop", "gid": gid, "alias": alias, "from": uid});
        member.take("member").await?.expect(&told)?;
    }
    let refused = bob.refused(&post, b"I am still here").await?;
    ensure!(refused.contains("is unknown"), "{refused}");
    bob.refused(&ask::join(&gid), b"").await?;
    alice.accepted(&post, b"among ourselves").await?;
    carol.take("delivery").await?;
    alice.take("delivery").await?;
    bob.expect_nothing().await?;
    let log =
        admin(server, &["audit", "list", "--org", "1", "--action", "group.drop", "--most", "1"]).await?;
    let was = json!({"uid": uid, "alias": alias, "status": "joined"});
    ensure!(log[0]["target"] == gid.as_str() && log[0]["was"] == was, "{log}");
    // Whoever is in the group may ask him in again.
    alice.accepted(&ask::invite(&gid, &alice.me.alias.clone(), &alias), b"").await?;
    bob.take("invite").await?;
    bob.accepted(&ask::join(&gid), b"").await?;
    Ok(())
}

async fn a_group_that_is_removed_is_over_for_all_in_it_and_for_good(server: &Server) -> Result<()> {
    let gid = unique("Circle");
    let [mut alice, mut bob, carol] = Box::pin(group(server, &gid, ["Alice", "Bob", "Carol"])).await?;
    let away = carol.quit().await?;
    at_site(server, &["group", "remove"], &["--", &gid]).await?;
    for member in [&mut alice, &mut bob] {
        let told = json!({"act": "drop", "gid": gid, "alias": member.me.alias, "from": member.me.uid});
        member.take("member").await?.expect(&told)?;
        member.refused(&ask::post_to(&[ask::to_group(&gid)]), b"hello?").await?;
        member.refused(&ask::join(&gid), b"").await?;
        let (from, to) = (member.me.alias.clone(), away.alias.clone());
        let refused = member.refused(&ask::invite(&gid, &from, &to), b"").await?;
        ensure!(refused == format!("gid \"{gid}\" is not available"), "{refused}");
        member.expect_nothing().await?;
    }
    let mut carol = server.login(&away).await?;
    let mut told = Vec::new();
    // The login may be quicker than the word of the group.
    for _ in 0..2 {
        let message = carol.queued().await?;
        carol.ack(message.id()).await?;
        told.push((message.op().to_owned(), message.header.get("gid").cloned().unwrap_or_default()));
    }
    ensure!(told.contains(&("member".to_owned(), json!(gid))), "{told:?}");
    carol.expect_nothing().await?;
    ensure!(at_site(server, &["group", "remove"], &["--", &gid]).await.is_err(), "there is none any more");
    Ok(())
}

async fn a_suspended_site_loses_its_links_at_once_and_others_keep_theirs(server: &Server) -> Result<()> {
    let mut theirs = Client::register(&server.address_at(OTHER), "Carol of the other site").await?;
    let mut here = server.member("Dora").await?;
    let which = ["--org", "1", "--site", OTHER];
    let since = Instant::now();
    admin(server, &[&["site", "suspend"][..], &which].concat()).await?;
    cut(&mut theirs, since).await?;
    here.accepted(&ask::post(&[&here.me.uid.clone()]), b"me").await?;
    admin(server, &[&["site", "resume"][..], &which].concat()).await?;
    soon(|| async { Client::login(&server.address_at(OTHER), &theirs.me).await }).await?;
    Ok(())
}

/// What is done as soon as all have been told.
async fn soon<T, F: Future<Output = Result<T>>>(done: impl Fn() -> F) -> Result<T> {
    let since = Instant::now();
    loop {
        match done().await {
            Ok(done) => return Ok(done),
            Err(error) => ensure!(since.elapsed() < AT_ONCE, "{error:#}"),
        }
    }
}

/// Every edge soon lets newcomers in at this site, or none.
async fn lets_in_everywhere(server: &Server, host: &str, wanted: bool) -> Result<()> {
    soon(|| async {
        for edge in 0..server.edges.len() {
            let entered = Client::register(&server.address_of(edge, Some(host)), "").await;
            ensure!(entered.is_ok() == wanted, "edge {edge} has not heard");
        }
        Ok(())
    })
    .await
}

async fn what_a_tenant_makes_and_sets_counts_for_members_at_once(server: &Server) -> Result<()> {
    let org = admin(server, &["org", "create", "--name", "Tenant", "sites_max=1"]).await?["id"].to_string();
    let key = admin(server, &["key", "create", "--org", &org, "--name", "ann", "--role", "owner"]).await?;
    let key = key["key"].as_str().context("a key")?;
    let create = ["site", "create", "--name", "Tenant", "--host", "tenant.test", "registration=open"];
    let site = admin_as(server, key, &create).await?;
    ensure!(site["org"].as_i64() == org.parse().ok(), "{site}");
    lets_in_everywhere(server, "tenant.test", true).await?;
    for (setting, is_open) in [("registration=closed", false), ("registration=open", true)] {
        admin_as(server, key, &["site", "set", "--site", "tenant.test", setting]).await?;
        lets_in_everywhere(server, "tenant.test", is_open).await?;
    }
    ensure!(admin_as(server, key, &["site", "create", "--name", "x", "--host", "x.test"]).await.is_err());
    let to = server.address_at("tenant.test");
    let mut member = soon(|| Client::register(&to, "Eve of the tenant")).await?;
    let own = member.me.uid.clone();
    member.accepted(&ask::post(&[&own]), b"me").await?;
    let seen = admin_as(server, key, &["member", "list", "--site", "tenant.test", "--search", "Eve"]).await?;
    ensure!(seen[0]["uid"] == own.as_str() && seen[0]["aliases"][0] == "Eve of the tenant", "{seen}");
    let other = admin_as(server, key, &["member", "list", "--org", "1", "--site", "1"]).await;
    ensure!(format!("{:#}", other.expect_err("another's")).contains("There is no such thing"));
    Ok(())
}

async fn a_key_for_one_site_names_it_by_its_host(server: &Server) -> Result<()> {
    let site = at_site(server, &["site", "show"], &[]).await?["id"].to_string();
    let create = ["key", "create", "--org", "1", "--name", "one", "--role", "admin", "--site", &site];
    let key = admin(server, &create).await?;
    let key = key["key"].as_str().context("a key")?;
    for at in [&["--site", HOST][..], &["--site", "ACME.test.", "--org", "1"], &["--site", &site]] {
        let shown = admin_as(server, key, &[&["site", "show"][..], at].concat()).await?;
        ensure!(shown["id"].as_i64() == site.parse().ok(), "{shown}");
        admin_as(server, key, &[&["member", "list"][..], at].concat()).await?;
    }
    let other = admin_as(server, key, &["site", "show", "--site", OTHER]).await;
    let said = format!("{:#}", other.err().context("another's")?);
    ensure!(said.contains(&format!("for the site {site} alone")), "{said}");
    Ok(())
}

/// What an edge shows to those who ask for this host: its first certificate.
async fn served(to: std::net::SocketAddr, host: &str) -> Result<Vec<u8>> {
    let tcp = tokio::net::TcpStream::connect(to).await?;
    let name = host.to_owned().try_into()?;
    let tls = tmtp_testkit::tls::connector_without_resumption()?.connect(name, tcp).await?;
    let shown = tls.get_ref().1.peer_certificates().and_then(|chain| chain.first());
    Ok(shown.context("a certificate")?.to_vec())
}

/// Every edge shows this certificate, or another one, and soon.
async fn serve(server: &Server, host: &str, wanted: impl Fn(&[u8]) -> bool, since: Instant) -> Result<()> {
    for edge in &server.edges {
        while !wanted(&served(*edge, host).await?) {
            ensure!(since.elapsed() < AT_ONCE, "{edge} shows another one");
            sleep(Duration::from_millis(20)).await;
        }
    }
    Ok(())
}

async fn a_sites_own_certificate_is_served_at_once_and_the_folders_again_without_it(
    server: &Server,
) -> Result<()> {
    let host = "certified.test";
    let org = admin(server, &["org", "create", "--name", "Certified"]).await?["id"].to_string();
    admin(server, &["site", "create", "--org", &org, "--name", "Certified", "--host", host]).await?;
    let folders = served(server.edges[0], host).await?;
    let made = rcgen::generate_simple_self_signed(vec![host.to_owned()])?;
    let (chain, key) = (server.folder().join("own.pem"), server.folder().join("own.key"));
    std::fs::write(&chain, made.cert.pem())?;
    std::fs::write(&key, made.signing_key.serialize_pem())?;
    let (chain, key) = (chain.display().to_string(), key.display().to_string());
    let at = ["--org", &org, "--site", host];
    let set = [&["certificate", "set"][..], &at, &["--chain", &chain, "--private-key", &key]].concat();
    let state = admin(server, &set).await?;
    ensure!(state["own"]["names"][0] == host && state["own"]["self_signed"] == true, "{state}");
    let own = made.cert.der().to_vec();
    serve(server, host, |shown| shown == own, Instant::now()).await?;
    ensure!(served(server.edges[0], HOST).await? != own, "another site is served with it");
    admin(server, &[&["certificate", "remove"][..], &at].concat()).await?;
    serve(server, host, |shown| shown == folders, Instant::now()).await?;
    Ok(())
}

async fn what_members_do_is_in_the_usage_of_their_site(server: &Server) -> Result<()> {
    let org = admin(server, &["org", "create", "--name", "Counted"]).await?["id"].to_string();
    let create =
        ["site", "create", "--org", &org, "--name", "Counted", "--host", "counted.test", "registration=open"];
    admin(server, &create).await?;
    let to = server.address_at("counted.test");
    let mut member = soon(|| Client::register(&to, "Fay who is counted")).await?;
    let own = member.me.uid.clone();
    for _ in 0..5 {
        member.accepted(&ask::post(&[&own]), b"to myself").await?;
    }
    for _ in 0..5 {
        member.take("delivery").await?;
    }
    let figures = ["site", "figures", "--org", &org, "--site", "counted.test"];
    let since = Instant::now();
    while admin(server, &figures).await?["latency_today"]["within_30s"] != 5 {
        ensure!(since.elapsed() < Duration::from_secs(40), "{}", admin(server, &figures).await?);
        sleep(Duration::from_millis(200)).await;
    }
    let which = ["site", "usage", "--org", &org, "--site", "counted.test"];
    let usage = admin(server, &which).await?;
    ensure!(usage["messages"] == 5 && usage["octets"] == 45, "{usage}");
    let days = usage["days"].as_array().context("days")?;
    ensure!(days.iter().all(|day| day["active"] == 1), "{usage}");
    let all = admin(server, &["site", "usage", "--org", &org]).await?;
    ensure!(all["messages"] == 5, "{all}");
    Ok(())
}

async fn an_invited_user_is_listed_changed_suspended_and_removed(server: &Server) -> Result<()> {
    let invite = ["user", "invite", "--org", "1", "--email", "ann@acme.test", "--role", "owner"];
    let made = admin(server, &invite).await?;
    ensure!(made["link"].as_str().is_some_and(|link| link.contains("/#/welcome/")), "{made}");
    let id = made["id"].to_string();
    let of = async |word: &str, more: &[&str]| {
        admin(server, &[&["user", word, "--org", "1", &id], more].concat()).await
    };
    ensure!(of("set", &["--role", "admin", "--name", "Ann"]).await?["role"] == "admin");
    ensure!(of("suspend", &[]).await?["suspended"] == true);
    ensure!(of("resume", &[]).await?["suspended"] == false);
    let again = of("link", &[]).await?;
    ensure!(again["link"].is_string() && again["link"] != made["link"], "{again}");
    let listed = admin(server, &["user", "list", "--org", "1", "--search", "ann@acme"]).await?;
    ensure!(listed[0]["name"] == "Ann" && listed[0]["version"] == 4, "{listed}");
    of("remove", &[]).await?;
    ensure!(of("show", &[]).await.is_err(), "it is still there");
    Ok(())
}

async fn a_file_of_people_is_looked_through_then_invited_and_nobody_twice(server: &Server) -> Result<()> {
    let org = admin(server, &["org", "create", "--name", "Listed"]).await?["id"].to_string();
    let site = ["--org", &org, "--site", "listed.test"];
    let create = ["site", "create", "--org", &org, "--name", "Listed", "--host", "listed.test"];
    admin(server, &create).await?;
    let file = tempfile::NamedTempFile::new_in(server.folder())?;
    std::fs::write(&file, "name,email,alias\nAnn,ann@listed.test,\nBob,,Bob of the list\n")?;
    let path = file.path().display().to_string();
    let import = [&["invitation", "import", &path][..], &site].concat();
    let dry = [&import[..], &["--dry-run"]].concat();
    let results = |rows: &Value| -> Vec<Value> {
        rows.as_array().into_iter().flatten().map(|row| json!([row["row"], row["result"]])).collect()
    };
    let made = [json!([2, "made"]), json!([3, "made"])];
    let shown = admin(server, &dry).await?;
    ensure!(results(&shown) == made, "{shown}");
    let list = [&["invitation", "list"][..], &site].concat();
    ensure!(admin(server, &list).await? == json!([]), "nothing was made");
    let done = admin(server, &import).await?;
    ensure!(results(&done) == made && done[0]["link"].is_string(), "{done}");
    let shown = admin(server, &dry).await?;
    ensure!(results(&shown) == [json!([2, "left out"]), json!([3, "left out"])], "{shown}");
    let why = |row: usize| shown[row]["problem"].as_str().unwrap_or_default();
    ensure!(why(0).contains("invited before") && why(1).contains("keeps it"), "{shown}");
    // A script is told by the exit code, and nobody was invited twice.
    ensure!(admin(server, &import).await.is_err());
    let listed = admin(server, &list).await?;
    ensure!(listed.as_array().map(Vec::len) == Some(2) && listed[0]["mail"].is_null(), "{listed}");
    let id = listed[0]["id"].to_string();
    let mail = [&["invitation", "mail", &id][..], &site].concat();
    let error = admin(server, &mail).await.err().context("it was mailed")?;
    ensure!(format!("{error:#}").contains("sends no mail"), "{error:#}");
    Ok(())
}

async fn the_command_line_of_the_database_keeps_the_same_log(server: &Server) -> Result<()> {
    let set = ["site", "set", OTHER, "name_octets_min=4", "--config", &server.config()];
    server.command(&set).await?;
    let log =
        admin(server, &["audit", "list", "--org", "1", "--action", "site.change", "--most", "1"]).await?;
    ensure!(log[0]["actor"] == "command line", "{log}");
    ensure!(log[0]["became"]["settings"]["name_octets_min"] == 4, "{log}");
    admin(server, &["audit", "verify", "--org", "1"]).await?;
    let checked = server.command(&["audit", "verify", "--json", "--config", &server.config()]).await?;
    let checked: Value = serde_json::from_str(&checked)?;
    ensure!(checked.as_array().is_some_and(|logs| logs.iter().all(|log| log["whole"] == true)), "{checked}");
    Ok(())
}

async fn server(shape: Shape) -> Result<Arc<Server>> {
    let site = |name, hosts| SitePlan { name, hosts, settings: &[] };
    let few = SitePlan { name: "Few", hosts: &[FEW], settings: &[("nodes_per_member_max", "2")] };
    let sites = vec![site("Acme", &[HOST]), site("Other", &[OTHER]), few];
    // As long as can be: what is seen at once was told.
    let edge = vec![("sweep_seconds", "30".into())];
    let more = "[delivery.limits]\nsites_poll_seconds = 600\n".to_owned();
    let layout = Layout { sites, edge, more, ..Layout::default() };
    Ok(Arc::new(Server::start(shape, Path::new(env!("CARGO_BIN_EXE_tmtpd")), &layout).await?))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_process() -> Result<()> {
    let server = server(Shape::Standalone).await?;
    suite::run(&server, sentences()).await?;
    suite::run(&server, of_files()).await?;
    what_is_counted_adds_up(&server).await?;
    server.check_processes(&[])
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_cluster() -> Result<()> {
    let server = server(Shape::Cluster).await?;
    suite::run(&server, sentences()).await?;
    suite::run(&server, of_files()).await?;
    what_is_counted_adds_up(&server).await?;
    server.check_processes(&[])
}

/// The arithmetic that shows a loss, as deploy/README.md has it ("Look and be told").
async fn what_is_counted_adds_up(server: &Server) -> Result<()> {
    let (mut alice, phone) = server.two_nodes("Alice").await?;
    phone.quit().await?;
    let post = ask::post(&[&alice.me.uid]);
    alice.accepted(&post, b"for a device that is away").await?;
    let shown = at_site(server, &["member", "show"], &["--", &alice.me.uid]).await?;
    let nodes = shown["nodes"].as_array().context("nodes")?;
    let away = nodes.iter().find(|node| node["label"] == "phone").context("the phone")?;
    at_site(server, &["node", "revoke"], &[&away["id"].to_string()]).await?;
    // Acks of links that were cut are on their way still.
    for _ in 0..100 {
        let counted = Counted::of(server).await?;
        if counted.adds_up() {
            ensure!(counted.delivered > 0 && counted.dropped > 0 && counted.waits > 0, "{counted:?}");
            ensure!(counted.acked > 0, "{counted:?}");
            return Ok(());
        }
        sleep(Duration::from_millis(100)).await;
    }
    bail!("{:?}", Counted::of(server).await?)
}

/// Messages, and their entries by what became of them.
#[derive(Debug)]
struct Counted {
    /// Requests that senders were told are done, each of which makes a message.
    acked: u64,
    accepted: u64,
    queued: u64,
    sent: u64,
    delivered: u64,
    expired: u64,
    dropped: u64,
    waits: u64,
}

impl Counted {
    /// No sender was told of what was not committed; nothing committed is missing; nothing was delivered that nobody sent.
    fn adds_up(&self) -> bool {
        self.acked <= self.accepted
            && self.queued == self.delivered + self.expired + self.dropped + self.waits
            && self.delivered <= self.sent
    }

    async fn of(server: &Server) -> Result<Self> {
        let mut metrics = String::new();
        for process in &server.processes {
            metrics += &process.get("/metrics").await?.1;
        }
        let mut sites = String::new();
        let orgs = admin(server, &["org", "list"]).await?;
        for org in orgs.as_array().context("organizations")? {
            let url = format!("http://{}/api/v1/orgs/{}/metrics", server.api, org["id"]);
            let figures = reqwest::Client::new().get(url).bearer_auth(OPERATOR_KEY).send().await?;
            sites += &figures.error_for_status()?.text().await?;
        }
        let mut acked = 0;
        for op in ["useredit", "groupinvite", "groupedit", "post", "postnotify", "ping"] {
            acked += sum(&metrics, &format!("tmtp_ops_total{{op=\"{op}\",result=\"ok\"}}"))?;
        }
        let at_once = sum(&metrics, "tmtp_edge_pushes_total{result=\"sent\"}")?;
        Ok(Self {
            acked,
            accepted: sum(&metrics, "tmtp_messages_accepted_total")?,
            queued: sum(&metrics, "tmtp_entries_queued_total")?,
            sent: at_once + sum(&metrics, "tmtp_edge_entries_fetched_total")?,
            delivered: sum(&metrics, "tmtp_messages_delivered_total")?,
            expired: sum(&metrics, "tmtp_delivery_entries_expired_total")?,
            dropped: sum(&metrics, "tmtp_entries_dropped_total")?,
            waits: sum(&sites, "tmtp_site_queue_entries")?,
        })
    }
}

/// The sum of a metric over all its labels, or of the one line that is named with them.
fn sum(metrics: &str, name: &str) -> Result<u64> {
    let of_it = |line: &&str| line.strip_prefix(name).is_some_and(|rest| rest.starts_with(['{', ' ']));
    let value = |line: &str| Ok(line.rsplit(' ').next().context("no value")?.parse::<f64>()? as u64);
    metrics.lines().filter(of_it).map(value).sum()
}

/// Without a word over the bus an edge finds out by itself, when it next asks.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn while_the_bus_is_away_links_are_closed_a_little_later() -> Result<()> {
    let layout = Layout {
        sites: vec![SitePlan { name: "Acme", hosts: &[HOST], settings: &[] }],
        edge: vec![("sweep_seconds", "2".into())],
        proxied: true,
        ..Layout::default()
    };
    let server = Server::start(Shape::Cluster, Path::new(env!("CARGO_BIN_EXE_tmtpd")), &layout).await?;
    let mut alice = server.member("Alice").await?;
    let mut bob = server.member("Bob").await?;
    for proxy in &server.backing.as_ref().context("a cluster")?.to_redis {
        proxy.half_open();
    }
    at_site(&server, &["member", "suspend"], &[&alice.me.uid]).await?;
    at_site(&server, &["site", "suspend"], &[]).await?;
    let since = Instant::now();
    // Neither is told that another program is connected: clients stay away after that.
    for link in [&mut alice, &mut bob] {
        while let Some(said) = link.next().await? {
            ensure!(said.op() != "quit", "{said}");
        }
    }
    // A site is asked for every 10 s, a session every 2 s and a fifth.
    ensure!(since.elapsed() < Duration::from_secs(20), "it took {:?}", since.elapsed());
    server.check_processes(&["bus", "Redis", "redis"])
}

/// The key that a demo has printed.
fn printed_key(server: &Server) -> Result<String> {
    let said = std::fs::read_to_string(server.process("standalone")?.log())?;
    let at = said.find("TMTP_ADMIN_KEY=").context("a key")?;
    Ok(said[at..]
        .trim_start_matches("TMTP_ADMIN_KEY=")
        .split_whitespace()
        .next()
        .context("a key")?
        .to_owned())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_demo_prints_a_key_at_each_start_and_the_one_before_ends() -> Result<()> {
    let data = tempfile::tempdir()?;
    let program = Path::new(env!("CARGO_BIN_EXE_tmtpd"));
    let first = Server::start_dev(program, data.path(), &[]).await?;
    let old = printed_key(&first)?;
    ensure!(admin_as(&first, &old, &["me"]).await?["role"] == "operator");
    first.process("standalone")?.stop()?;
    drop(first);
    let second = Server::start_dev(program, data.path(), &[]).await?;
    ensure!(admin_as(&second, &old, &["me"]).await.is_err(), "the old key is still good");
    ensure!(admin_as(&second, &printed_key(&second)?, &["me"]).await?["role"] == "operator");
    Ok(())
}

/// The link that a demo has printed signs in, once.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_demo_prints_a_link_that_signs_in_once() -> Result<()> {
    let data = tempfile::tempdir()?;
    let server = Server::start_dev(Path::new(env!("CARGO_BIN_EXE_tmtpd")), data.path(), &[]).await?;
    let said = std::fs::read_to_string(server.process("standalone")?.log())?;
    let begin = format!("http://{}/#/welcome/", server.api);
    let at = said.find(&begin).with_context(|| said.clone())? + begin.len();
    let token = said[at..].split_whitespace().next().context("a token")?;
    let client = reqwest::Client::new();
    for status in [200, 410] {
        let request = client.post(format!("http://{}/api/v1/sign-in/link", server.api));
        let request =
            request.header("sec-fetch-site", "same-origin").header("content-type", "application/json");
        let answer = request.body(json!({"token": token}).to_string()).send().await?;
        ensure!(answer.status() == status, "{}", answer.status());
        ensure!(answer.headers().contains_key("set-cookie") == (status == 200));
    }
    Ok(())
}

/// The API's description, and what the API makes of requests that a tool makes up from it.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_api_is_as_its_description_says() -> Result<()> {
    let server = server(Shape::Standalone).await?;
    // Some are removed on the way.
    let (mut alice, bob) = (server.member("Alice").await?, server.member("Bob").await?);
    for gid in ["The Group", "The Other Group"] {
        alice.accepted(&ask::invite(gid, &alice.me.alias.clone(), &bob.me.alias), b"").await?;
    }
    for _ in 0..3 {
        server.member("Carol").await?;
    }
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../deploy/api-check.sh");
    let mut command = Command::new(script);
    command.arg(format!("http://{}", server.api)).env("TMTP_ADMIN_KEY", OPERATOR_KEY);
    let output = tokio::task::spawn_blocking(move || command.output()).await??;
    let said = String::from_utf8_lossy(&output.stdout);
    ensure!(output.status.success(), "{said}\n{}", String::from_utf8_lossy(&output.stderr));
    ensure!(said.contains("Selected:"), "{said}");
    server.check_processes(&[])
}
