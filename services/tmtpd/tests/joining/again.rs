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
        let uid = account.uid.replace('%', "%25").replace('+', "%2B");
        let path = format!("/orgs/1/sites/{}/members/{uid}", self.site.0);
        let found = api(&self.server, Method::GET, &path, &json!({})).await?;
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

const TO_SIGN_IN: Option<&str> = Some("authentication required");

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
    ensure!(refused(Some(&others)).await?.as_deref() == TO_SIGN_IN, "somebody else");
    // Who has not the device's secret learns nothing, and spends no token.
    let token = stage.token(&steve).await?;
    let wrong = Account { nodeid: tmtp_wire::base32::encode(&[7; 25]), ..account.clone() };
    ensure!(stage.refusal(&wrong, Some(&token)).await?.as_deref() == Some("login failed"));
    ensure!(refused(Some(&token)).await?.is_none());
    ensure!(refused(None).await?.is_none(), "it holds for the next days");
    stage.signed_in_ago(&account, DAYS).await?;
    ensure!(refused(Some(&token)).await?.as_deref() == TO_SIGN_IN, "a token is good once");
    ensure!(refused(Some(&stage.token(&steve).await?)).await?.is_none());
    Ok(())
}

async fn a_device_signed_in_when_the_one_did_that_added_it(stage: &Stage) -> Result<()> {
    let person = invite(&stage.server, PROVIDER, json!({"uses": 99})).await?;
    let first = stage.member("Dana of the staff", &stage.token(&person).await?).await?;
    let (mut link, _) = Client::login(&stage.server.address_at(HOST), &first).await?;
    stage.signed_in_ago(&first, DAYS).await?;
    link.accepted(&ask::newnode("phone"), b"").await?;
    link.take("login").await?;
    let nodeid = link.take("user").await?.must("nodeid")?.to_owned();
    let second = Account { nodeid, ..link.quit().await? };
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
    ensure!(stage.refusal(&guest, Some(&stage.token(&other).await?)).await?.as_deref() == TO_SIGN_IN);
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
    api(server, Method::DELETE, &format!("/orgs/1/providers/{former}"), &json!({})).await?;
    stage.provide(NEXT).await?;
    stage.signed_in_ago(&account, DAYS).await?;
    let [mona, other] =
        [invite(server, NEXT, json!({"uses": 99})).await?, invite(server, NEXT, json!({})).await?];
    ensure!(stage.refusal(&account, Some(&stage.token(&mona).await?)).await?.is_none());
    stage.signed_in_ago(&account, DAYS).await?;
    ensure!(stage.refusal(&account, Some(&stage.token(&other).await?)).await?.as_deref() == TO_SIGN_IN);
    Ok(())
}

/// One after the other: each leaves the site as the next one wants it.
async fn all(shape: Shape) -> Result<()> {
    let stage = Stage::new(shape).await?;
    let provider = stage.provide(PROVIDER).await?;
    members_sign_in_again_when_their_days_are_over(&stage).await?;
    a_device_signed_in_when_the_one_did_that_added_it(&stage).await?;
    a_member_signs_in_again_with_tmtp(&stage).await?;
    guests_need_not_sign_in_unless_providers_alone_vouch(&stage).await?;
    members_move_to_a_new_provider_with_their_site(&stage, &provider).await?;
    stage.server.check_processes(&[])
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_process_lets_members_in_who_signed_in_lately() -> Result<()> {
    all(Shape::Standalone).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_cluster_lets_members_in_who_signed_in_lately() -> Result<()> {
    all(Shape::Cluster).await
}
