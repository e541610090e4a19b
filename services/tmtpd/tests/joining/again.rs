//! Members of a site that wants them to sign in again every so many days. The sign-in of another site is the provider: whoever
//! has the same invitation there is the same person.

use std::path::Path;

use anyhow::{Context, Result, ensure};
use reqwest::Method;
use serde_json::{Value, json};
use tmtp_store::{MemberKey, NodeId, SiteId, Store, StoreOptions};
use tmtp_testkit::{
    ask,
    client::{Account, Client},
    server::{Layout, Server, Shape, SitePlan},
};

use crate::{api, invite, known_everywhere, register, sign_in_by, site_id, tmtp_at, tmtprev};

const HOST: &str = "staff.localhost";
const PROVIDER: &str = "provider.test";
const NEXT: &str = "next.test";
const DAY_MS: i64 = 86_400_000;
const DAYS: i64 = 30;

/// Where a provider's keys are, until it is closed.
struct Keys {
    url: String,
    ends: std::sync::mpsc::Sender<()>,
    thread: std::thread::JoinHandle<()>,
}

impl Keys {
    fn serve() -> Result<Self> {
        let listener = std::net::TcpListener::bind("127.0.0.1:0")?;
        let url = format!("http://{}/keys", listener.local_addr()?);
        let (ends, ended) = std::sync::mpsc::channel();
        let thread = std::thread::spawn(move || {
            for link in listener.incoming().flatten() {
                if ended.try_recv().is_ok() || answer(link).is_err() {
                    return;
                }
            }
        });
        Ok(Self { url, ends, thread })
    }

    fn close(self) -> Option<Self> {
        let _ = self.ends.send(());
        let address = self.url.trim_start_matches("http://").trim_end_matches("/keys");
        let _ = std::net::TcpStream::connect(address);
        let _ = self.thread.join();
        None
    }
}

fn answer(mut link: std::net::TcpStream) -> std::io::Result<()> {
    use std::io::{Read as _, Write as _};
    let _ = link.read(&mut [0; 4096])?;
    write!(link, "HTTP/1.1 200 OK\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{KEYS}", KEYS.len())
}

struct Stage {
    server: Server,
    store: std::sync::Arc<dyn Store>,
    site: SiteId,
}

impl Stage {
    async fn new(shape: Shape) -> Result<Self> {
        let invited = |name, hosts| SitePlan { name, hosts, settings: &[("registration", "invitation")] };
        let staff = SitePlan {
            name: "Staff",
            hosts: &[HOST],
            settings: &[("registration", "invitation_or_provider")],
        };
        let sites = vec![staff, invited("Provider", &[PROVIDER]), invited("Next", &[NEXT])];
        let layout = Layout { sites, ..Layout::default() };
        let server = Server::start(shape, Path::new(env!("CARGO_BIN_EXE_tmtpd")), &layout).await?;
        let url = server.store_url();
        let store = tmtp_store::open(&StoreOptions { url, ..StoreOptions::default() }).await?;
        let site = SiteId(site_id(&server, HOST).await?);
        Ok(Self { server, store, site })
    }

    /// Has the organization's only provider be the sign-in of this site.
    async fn provide(&self, host: &str) -> Result<Value> {
        let issuer = format!("http://{}/oidc/{}", self.server.api, site_id(&self.server, host).await?);
        let body = json!({"label": host, "issuer": issuer, "settings": {"client_id": "tmtp"}});
        let made = api(&self.server, Method::POST, "/orgs/1/providers", &body).await?;
        while self.way().await?["label"] != host {}
        known_everywhere(&self.server).await?;
        Ok(made["id"].clone())
    }

    /// The last way to sign in.
    async fn way(&self) -> Result<Value> {
        let said = tmtprev(&self.server, HOST).await?;
        Ok(said["authby"].as_array().and_then(|ways| ways.last()).cloned().unwrap_or_default())
    }

    async fn set(&self, settings: Value) -> Result<()> {
        let path = format!("/orgs/1/sites/{}", self.site.0);
        api(&self.server, Method::PATCH, &path, &json!({"settings": settings})).await.map(drop)
    }

    /// What the provider gives to this person.
    async fn token(&self, person: &Value) -> Result<Value> {
        sign_in_by(&self.way().await?, person).await
    }

    /// Registers, and goes.
    async fn member(&self, alias: &str, token: &Value) -> Result<Account> {
        let mut link = register(&self.server, HOST, alias, token).await?;
        let registered = link.recv().await?;
        link.expect_info().await?;
        let text = |name| registered.must(name).map(str::to_owned);
        link.me = Account { uid: text("uid")?, nodeid: text("nodeid")?, alias: alias.to_owned() };
        link.quit().await
    }

    /// Has all of a member's devices have signed in so many days ago.
    async fn signed_in_ago(&self, account: &Account, days: i64) -> Result<()> {
        let found = api(&self.server, Method::GET, &self.path(account), &json!({})).await?;
        let member = MemberKey { site: self.site, uid: account.uid.clone() };
        let now_ms = std::time::UNIX_EPOCH.elapsed()?.as_millis() as i64;
        let mut tx = self.store.begin(&[self.site]).await?;
        for node in found["nodes"].as_array().context("devices")? {
            let node = NodeId(node["id"].as_i64().context("an id")?);
            let identity = tx.sign_in(&member, node).await?.identity.context("somebody")?;
            tx.note_sign_in(&member, node, &identity, now_ms - days * DAY_MS).await?;
        }
        Ok(tx.commit().await?)
    }

    fn path(&self, account: &Account) -> String {
        let uid = account.uid.replace('%', "%25").replace('+', "%2B");
        format!("/orgs/1/sites/{}/members/{uid}", self.site.0)
    }

    /// Adds one after all of a member's devices have signed in so long ago that it is to be done again.
    async fn another_device(&self, account: &Account) -> Result<Account> {
        let (mut link, _) = Client::login(&self.server.address_at(HOST), account).await?;
        self.signed_in_ago(account, DAYS).await?;
        link.accepted(&ask::newnode("phone"), b"").await?;
        link.take("login").await?;
        let nodeid = link.take("user").await?.must("nodeid")?.to_owned();
        Ok(Account { nodeid, ..link.quit().await? })
    }

    /// How many days ago the member signed in by its only device.
    async fn days_ago(&self, account: &Account) -> Result<i64> {
        let found = api(&self.server, Method::GET, &self.path(account), &json!({})).await?;
        let node = NodeId(found["nodes"][0]["id"].as_i64().context("an id")?);
        let member = MemberKey { site: self.site, uid: account.uid.clone() };
        let mut tx = self.store.begin(&[self.site]).await?;
        let at_ms = tx.sign_in(&member, node).await?.at_ms.context("never")?;
        Ok((std::time::UNIX_EPOCH.elapsed()?.as_millis() as i64 - at_ms) / DAY_MS)
    }

    /// What a login is answered with: `None` when it went well.
    async fn refusal(&self, account: &Account, token: Option<&Value>) -> Result<Option<String>> {
        let mut link = Client::connect(&self.server.address_at(HOST)).await?;
        let mut hello = ask::login(&account.uid, &account.nodeid);
        if let Some(token) = token {
            hello["oidc"] = token.clone();
        }
        link.send_both(&hello).await?;
        link.expect_tmtprev().await?;
        let answer = link.recv().await?;
        match answer.op() {
            "info" => {
                link.me = account.clone();
                link.quit().await?;
                Ok(None)
            }
            _ => Ok(Some(answer.must("error")?.to_owned())),
        }
    }
}

/// Of `https://idp.example` for `tmtp`: given out in 2020, and good until 2100. It is signed with the key of this name.
const OLD: &str = concat!(
    "eyJhbGciOiJFZERTQSIsImtpZCI6IngifQ.",
    "eyJpc3MiOiJodHRwczovL2lkcC5leGFtcGxlIiwiYXVkIjoidG10cCIsInN1YiI6ImFubiIsImlhdCI6MTU3NzgzNjgwMCwiZXhwIjo0MTAyNDQ0ODAwfQ",
    ".u3d25uUpOx3QmRLmcDY9mOStz4Kek64mY3rdWGXjdziT5KQkUSGINiTcwi1eqRXUFtP4b28csaZWQwbd9yc7BQ"
);
const KEYS: &str =
    r#"{"keys":[{"kty":"OKP","crv":"Ed25519","kid":"x","x":"WnqiSmvgtFytjIx84kqkrxtl37LpeXuIS-IRcmn5NV0"}]}"#;
const TO_SIGN_IN: Option<&str> = Some("authentication required");
const AS_ANOTHER: Option<&str> = Some("the sign-in was not as this member");

async fn members_sign_in_again_when_their_days_are_over(stage: &Stage) -> Result<()> {
    let server = &stage.server;
    stage.set(json!({"sign_in_again_days": DAYS})).await?;
    while tmtprev(server, HOST).await?["auth"] != 2 {}
    known_everywhere(server).await?;
    let [steve, other] =
        [invite(server, PROVIDER, json!({"uses": 99})).await?, invite(server, PROVIDER, json!({})).await?];
    let account = stage.member("Steve of the staff", &stage.token(&steve).await?).await?;
    stage.signed_in_ago(&account, DAYS - 1).await?;
    ensure!(stage.refusal(&account, None).await?.is_none(), "some days are left");
    stage.signed_in_ago(&account, DAYS).await?;
    let refused = async |token: Option<&Value>| stage.refusal(&account, token).await;
    ensure!(refused(None).await?.as_deref() == TO_SIGN_IN);
    for odd in [json!({}), json!({"id_token": "a.b.c"})] {
        ensure!(refused(Some(&odd)).await?.as_deref() == TO_SIGN_IN, "{odd}");
    }
    let others = stage.token(&other).await?;
    ensure!(refused(Some(&others)).await?.as_deref() == AS_ANOTHER, "somebody else");
    // Who has not the device's secret learns nothing, and spends no token.
    let token = stage.token(&steve).await?;
    let wrong = Account { nodeid: tmtp_wire::base32::encode(&[7; 25]), ..account.clone() };
    ensure!(stage.refusal(&wrong, Some(&token)).await?.as_deref() == Some("login failed"));
    ensure!(refused(Some(&token)).await?.is_none());
    ensure!(refused(None).await?.is_none(), "it holds for the next days");
    ensure!(refused(Some(&token)).await?.is_none(), "for one who lost the answer, too");
    stage.signed_in_ago(&account, DAYS).await?;
    ensure!(refused(Some(&token)).await?.as_deref() == TO_SIGN_IN, "a token is good once");
    ensure!(refused(Some(&stage.token(&steve).await?)).await?.is_none());
    Ok(())
}

/// Who signs in before that is asked for has done so; what is of no use before keeps nobody out.
async fn a_sign_in_before_the_days_are_over_counts(stage: &Stage) -> Result<()> {
    let [ann, other] = [
        invite(&stage.server, PROVIDER, json!({"uses": 99})).await?,
        invite(&stage.server, PROVIDER, json!({})).await?,
    ];
    let account = stage.member("Ann of the staff", &stage.token(&ann).await?).await?;
    stage.signed_in_ago(&account, DAYS - 1).await?;
    for odd in [json!({"id_token": "a.b.c"}), stage.token(&other).await?] {
        ensure!(stage.refusal(&account, Some(&odd)).await?.is_none(), "{odd}");
    }
    ensure!(stage.days_ago(&account).await? == DAYS - 1, "nobody signed in");
    ensure!(stage.refusal(&account, Some(&stage.token(&ann).await?)).await?.is_none());
    ensure!(stage.days_ago(&account).await? == 0);
    Ok(())
}

async fn of_two_devices_with_one_token_at_one_moment_one_gets_in(stage: &Stage) -> Result<()> {
    let person = invite(&stage.server, PROVIDER, json!({"uses": 99})).await?;
    let first = stage.member("Tess of the staff", &stage.token(&person).await?).await?;
    let second = stage.another_device(&first).await?;
    for _ in 0..5 {
        stage.signed_in_ago(&first, DAYS).await?;
        let token = stage.token(&person).await?;
        let try_with = |device| Box::pin(stage.refusal(device, Some(&token)));
        let (one, other) = tokio::try_join!(try_with(&first), try_with(&second))?;
        ensure!(one.is_none() != other.is_none(), "{one:?} {other:?}");
        ensure!(one.or(other).as_deref() == TO_SIGN_IN);
    }
    Ok(())
}

/// Who is somebody new at the provider is let in again by an administrator, who lets go of who it was.
async fn whoever_signs_in_after_a_sign_in_was_forgotten_is_the_member(stage: &Stage) -> Result<()> {
    let [former, new] = [
        invite(&stage.server, PROVIDER, json!({"uses": 99})).await?,
        invite(&stage.server, PROVIDER, json!({"uses": 99})).await?,
    ];
    let account = stage.member("Nina of the staff", &stage.token(&former).await?).await?;
    let path = format!("{}/forget-sign-in", stage.path(&account));
    let said = api(&stage.server, Method::POST, &path, &json!({})).await?;
    ensure!(said["signs_in_anew"] == true && said["signs_in_at"].is_string(), "{said}");
    ensure!(stage.refusal(&account, None).await?.as_deref() == TO_SIGN_IN, "each device asks at once");
    ensure!(stage.refusal(&account, Some(&stage.token(&new).await?)).await?.is_none());
    stage.signed_in_ago(&account, DAYS).await?;
    ensure!(stage.refusal(&account, Some(&stage.token(&former).await?)).await?.as_deref() == AS_ANOTHER);
    ensure!(stage.refusal(&account, Some(&stage.token(&new).await?)).await?.is_none());
    let said = api(&stage.server, Method::GET, &stage.path(&account), &json!({})).await?;
    ensure!(said["signs_in_anew"] == false, "{said}");
    Ok(())
}

/// Where nobody new may come, those whom the provider let in still sign in.
async fn members_of_a_closed_site_sign_in_again(stage: &Stage) -> Result<()> {
    let person = invite(&stage.server, PROVIDER, json!({"uses": 99})).await?;
    let account = stage.member("Cleo of the staff", &stage.token(&person).await?).await?;
    stage.set(json!({"registration": "closed"})).await?;
    while tmtprev(&stage.server, HOST).await?["authby"].as_array().map(Vec::len) != Some(1) {}
    known_everywhere(&stage.server).await?;
    stage.signed_in_ago(&account, DAYS).await?;
    ensure!(stage.refusal(&account, None).await?.as_deref() == TO_SIGN_IN);
    ensure!(stage.refusal(&account, Some(&stage.token(&person).await?)).await?.is_none());
    let mut link = register(&stage.server, HOST, "Zoe the stranger", &stage.token(&person).await?).await?;
    ensure!(link.recv().await?.must("error")? == "register failure");
    stage.set(json!({"registration": "invitation_or_provider"})).await?;
    while tmtprev(&stage.server, HOST).await?["authby"].as_array().map(Vec::len) != Some(2) {}
    known_everywhere(&stage.server).await
}

/// Why a token does not do is told: its provider cannot be asked, or the site's rules do not admit whose it is.
async fn who_cannot_sign_in_is_told_why(stage: &Stage, provider: &Value) -> Result<()> {
    let person = invite(&stage.server, PROVIDER, json!({"uses": 99})).await?;
    let account = stage.member("Wanda of the staff", &stage.token(&person).await?).await?;
    let path = format!("/orgs/1/providers/{provider}");
    let rule = async |groups: &[&str]| {
        api(&stage.server, Method::PATCH, &path, &json!({"settings": {"groups": groups}})).await?;
        known_everywhere(&stage.server).await
    };
    stage.signed_in_ago(&account, DAYS).await?;
    rule(&["managers"]).await?;
    ensure!(stage.refusal(&account, Some(&stage.token(&person).await?)).await?.as_deref() == AS_ANOTHER);
    rule(&[]).await?;
    // One that is good in all but that it is old; and while nobody can tell.
    for (is_down, why) in [
        (false, "authentication required"),
        (true, "the sign-in provider cannot be reached, try again later"),
    ] {
        let keys = Keys::serve()?;
        let settings =
            json!({"client_id": "tmtp", "login_url": keys.url, "token_url": keys.url, "keys_url": keys.url});
        let body = json!({"label": "Idp", "issuer": "https://idp.example", "settings": settings});
        let made = api(&stage.server, Method::POST, "/orgs/1/providers", &body).await?;
        known_everywhere(&stage.server).await?;
        let keys = if is_down { keys.close() } else { Some(keys) };
        let refused = stage.refusal(&account, Some(&json!({"id_token": OLD}))).await?;
        ensure!(refused.as_deref() == Some(why), "{refused:?}");
        api(&stage.server, Method::DELETE, &format!("/orgs/1/providers/{}", made["id"]), &json!({})).await?;
        known_everywhere(&stage.server).await?;
        keys.map(Keys::close);
    }
    Ok(())
}

async fn a_device_signed_in_when_the_one_did_that_added_it(stage: &Stage) -> Result<()> {
    let person = invite(&stage.server, PROVIDER, json!({"uses": 99})).await?;
    let first = stage.member("Dana of the staff", &stage.token(&person).await?).await?;
    let second = stage.another_device(&first).await?;
    for device in [&first, &second] {
        ensure!(stage.refusal(device, None).await?.as_deref() == TO_SIGN_IN);
    }
    ensure!(stage.refusal(&second, Some(&stage.token(&person).await?)).await?.is_none());
    ensure!(stage.refusal(&first, None).await?.as_deref() == TO_SIGN_IN, "each device for itself");
    Ok(())
}

/// Where only providers vouch for people, whoever came otherwise signs in, too, and is that person from then on.
async fn guests_need_not_sign_in_unless_providers_alone_vouch(stage: &Stage) -> Result<()> {
    let server = &stage.server;
    let way = tmtprev(server, HOST).await?["authby"][0].take();
    let token = sign_in_by(&way, &invite(server, HOST, json!({})).await?).await?;
    let guest = stage.member("Gwen the guest", &token).await?;
    ensure!(stage.refusal(&guest, None).await?.is_none());
    stage.set(json!({"registration": "provider"})).await?;
    while tmtprev(server, HOST).await?["authby"].as_array().map(Vec::len) != Some(1) {}
    known_everywhere(server).await?;
    ensure!(stage.refusal(&guest, None).await?.as_deref() == TO_SIGN_IN);
    let [gwen, other] =
        [invite(server, PROVIDER, json!({"uses": 9})).await?, invite(server, PROVIDER, json!({})).await?];
    ensure!(stage.refusal(&guest, Some(&stage.token(&gwen).await?)).await?.is_none());
    stage.signed_in_ago(&guest, DAYS).await?;
    ensure!(stage.refusal(&guest, Some(&stage.token(&other).await?)).await?.as_deref() == AS_ANOTHER);
    ensure!(stage.refusal(&guest, Some(&stage.token(&gwen).await?)).await?.is_none());
    Ok(())
}

async fn a_member_signs_in_again_with_tmtp(stage: &Stage) -> Result<()> {
    let folder = tempfile::tempdir()?;
    let person = invite(&stage.server, PROVIDER, json!({"uses": 99})).await?;
    let site = format!("={HOST}:{}", stage.server.edges[0].port());
    let file = folder.path().join("token.json");
    let shown = file.to_str().context("a path")?;
    let run = async |words: &[&str]| tmtp_at(folder.path(), words).output().await.context("tmtp");
    std::fs::write(&file, stage.token(&person).await?.to_string())?;
    let done = run(&["register", "--site", &site, "--alias", "Tim of the staff", "--oidc", shown]).await?;
    let joined: Value = serde_json::from_slice(&done.stdout).with_context(|| format!("{done:?}"))?;
    let account = Account { uid: joined["uid"].as_str().context("a uid")?.to_owned(), ..Account::default() };
    stage.signed_in_ago(&account, DAYS).await?;
    let ping = ["ping", "--to", "Tim of the staff", "it is me"];
    let done = run(&ping).await?;
    let said = String::from_utf8_lossy(&done.stderr);
    ensure!(done.status.code() == Some(1) && said.contains("tmtp sign-in"), "{said}");
    std::fs::write(&file, stage.token(&person).await?.to_string())?;
    let done = run(&["sign-in", "--oidc", shown]).await?;
    let signed: Value = serde_json::from_slice(&done.stdout).with_context(|| format!("{done:?}"))?;
    ensure!(signed["event"] == "signed_in" && signed["uid"] == joined["uid"], "{signed}");
    ensure!(run(&ping).await?.status.success());
    Ok(())
}

/// Who was somebody at a provider that vouches no more may be somebody at the new one, and is that from then on.
async fn members_move_to_a_new_provider_with_their_site(stage: &Stage, former: &Value) -> Result<()> {
    let server = &stage.server;
    let person = invite(server, PROVIDER, json!({"uses": 99})).await?;
    let account = stage.member("Mona of the staff", &stage.token(&person).await?).await?;
    stage.provide(NEXT).await?;
    api(server, Method::DELETE, &format!("/orgs/1/providers/{former}"), &json!({})).await?;
    known_everywhere(server).await?;
    stage.signed_in_ago(&account, DAYS).await?;
    let [mona, other] =
        [invite(server, NEXT, json!({"uses": 99})).await?, invite(server, NEXT, json!({})).await?];
    ensure!(stage.refusal(&account, Some(&stage.token(&mona).await?)).await?.is_none());
    stage.signed_in_ago(&account, DAYS).await?;
    ensure!(stage.refusal(&account, Some(&stage.token(&other).await?)).await?.as_deref() == AS_ANOTHER);
    Ok(())
}

/// One after the other: each leaves the site as the next one wants it.
async fn all(shape: Shape) -> Result<()> {
    let stage = Stage::new(shape).await?;
    let provider = stage.provide(PROVIDER).await?;
    members_sign_in_again_when_their_days_are_over(&stage).await?;
    a_sign_in_before_the_days_are_over_counts(&stage).await?;
    a_device_signed_in_when_the_one_did_that_added_it(&stage).await?;
    of_two_devices_with_one_token_at_one_moment_one_gets_in(&stage).await?;
    whoever_signs_in_after_a_sign_in_was_forgotten_is_the_member(&stage).await?;
    members_of_a_closed_site_sign_in_again(&stage).await?;
    who_cannot_sign_in_is_told_why(&stage, &provider).await?;
    a_member_signs_in_again_with_tmtp(&stage).await?;
    guests_need_not_sign_in_unless_providers_alone_vouch(&stage).await?;
    members_move_to_a_new_provider_with_their_site(&stage, &provider).await?;
    stage.server.check_processes(&["the keys of a sign-in provider cannot be had"])
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_process_lets_members_in_who_signed_in_lately() -> Result<()> {
    all(Shape::Standalone).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_cluster_lets_members_in_who_signed_in_lately() -> Result<()> {
    all(Shape::Cluster).await
}
