//! An API with two organizations.

use std::sync::{
    Arc,
    atomic::{AtomicI64, AtomicU64, Ordering},
};

use anyhow::{Context, Result, ensure};
use reqwest::{Method, RequestBuilder, StatusCode};
use serde_json::{Value, json};
use tmtp_bus::{Bus, BusOptions};
use tmtp_control::{Control, Options, Registry};
use tmtp_platform::{Clock, SystemClock};
use tmtp_store::{
    GroupMember, GroupStatus, MemberKey, Name, NewNode, Owner, Provider, ProviderId, ProviderSettings,
    SiteId, Store, StoreOptions,
    admin::{OrgId, UserProvider, UserProviderId, UserProviderSettings},
};
use tmtp_testkit::postgres::Postgres;
use tokio_util::sync::CancellationToken;

pub const OPERATOR: &str = "tmtp_operator-of-these-tests-0123456789";

/// The machine's clock, and what a test puts it forward by.
#[derive(Default)]
pub struct Ahead {
    by_ms: AtomicI64,
    stopped_nanos: AtomicU64,
}

impl Ahead {
    pub fn put_forward(&self, ms: i64) {
        self.by_ms.fetch_add(ms, Ordering::Relaxed);
    }

    /// From here on it goes on only when it is put forward: for waits that are looked at to the second.
    pub fn stop(&self) {
        self.stopped_nanos.store(SystemClock.unix_nanos(), Ordering::Relaxed);
    }
}

impl Clock for Ahead {
    fn unix_nanos(&self) -> u64 {
        let now = match self.stopped_nanos.load(Ordering::Relaxed) {
            0 => SystemClock.unix_nanos(),
            stopped => stopped,
        };
        now + self.by_ms.load(Ordering::Relaxed) as u64 * 1_000_000
    }
}

pub struct Stage {
    pub store: Arc<dyn Store>,
    pub bus: Arc<dyn Bus>,
    pub clock: Arc<Ahead>,
    base: String,
    client: reqwest::Client,
    _stop: tokio_util::sync::DropGuard,
    _folder: Option<tempfile::TempDir>,
}

/// Makes an empty database one of ours.
async fn migrated(url: String) -> Result<()> {
    tmtp_store::migrate(&StoreOptions { url, ..StoreOptions::default() }).await?;
    Ok(())
}

impl Stage {
    pub async fn new() -> Result<Self> {
        Self::with(for_tests()).await
    }

    pub async fn with(options: Options) -> Result<Self> {
        let folder = tempfile::tempdir()?;
        let url = format!("sqlite://{}", folder.path().join("tmtp.sqlite").display());
        Ok(Self { _folder: Some(folder), ..Self::on(url, options).await? })
    }

    pub async fn on_postgres() -> Result<Self> {
        let url = Postgres::shared_like("migrated", migrated).await?;
        Self::on(url, for_tests()).await
    }

    async fn on(url: String, options: Options) -> Result<Self> {
        let store = StoreOptions { url, ..StoreOptions::default() };
        tmtp_store::migrate(&store).await?;
        let store = tmtp_store::open(&store).await?;
        let bus = tmtp_bus::open(&BusOptions::default()).await?;
        let clock = Arc::new(Ahead::default());
        let registry = Registry::new(&store, Arc::clone(&bus), clock.clone());
        let listener = std::net::TcpListener::bind("127.0.0.1:0")?;
        let addr = listener.local_addr()?;
        let base = format!("http://{addr}");
        let options = Options { operator_key: OPERATOR.into(), listen: vec![addr], ..options };
        let control = Control::new(Arc::clone(&store), registry, options);
        let stop = CancellationToken::new();
        let serving = stop.clone();
        tokio::spawn(async move { control.run(vec![listener], serving).await });
        let client = reqwest::Client::new();
        Ok(Self { store, bus, clock, base, client, _stop: stop.drop_guard(), _folder: None })
    }

    /// A request with a key; the path goes after `/api/v1`.
    pub fn ask(&self, key: &str, method: Method, path: &str) -> RequestBuilder {
        let url = format!("{}/api/v1{path}", self.base);
        self.client.request(method, url).bearer_auth(key)
    }

    /// A request as our own pages make it, without a key.
    pub fn browse(&self, method: Method, path: &str) -> RequestBuilder {
        let url = format!("{}/api/v1{path}", self.base);
        self.client.request(method, url).header("sec-fetch-site", "same-origin")
    }

    pub fn url(&self, path: &str) -> String {
        format!("{}{path}", self.base)
    }

    pub async fn get(&self, key: &str, path: &str) -> Result<Answer> {
        Answer::of(self.ask(key, Method::GET, path)).await
    }

    pub async fn send(&self, key: &str, method: Method, path: &str, body: &Value) -> Result<Answer> {
        Answer::of(json_body(self.ask(key, method, path).header("if-match", "*"), body)).await
    }

    pub async fn post(&self, key: &str, path: &str, body: &Value) -> Result<Answer> {
        self.send(key, Method::POST, path, body).await
    }

    /// An organization with a site, two members, a group and a key of each role.
    pub async fn tenant(&self, name: &str) -> Result<Tenant> {
        let org = self.post(OPERATOR, "/orgs", &json!({"name": name})).await?.made()?;
        let org = org["id"].as_i64().context("an id")?;
        let mut keys = Vec::new();
        for role in ["owner", "admin", "support", "auditor"] {
            let body = json!({"name": role, "role": role});
            let made = self.post(OPERATOR, &format!("/orgs/{org}/keys"), &body).await?.made()?;
            let text = made["key"].as_str().context("a key")?.to_owned();
            keys.push((role, text, made["id"].as_i64().context("an id")?));
        }
        let (site, nodes, invitation) = self.site(org, name).await?;
        let body = json!({"email": format!("carol@{name}.example"), "name": "Carol", "role": "auditor"});
        let user = self.post(OPERATOR, &format!("/orgs/{org}/users"), &body).await?.made()?;
        let user = user["id"].as_i64().context("an id")?;
        let provider = self.provider(OrgId(org)).await?;
        let user_provider = self.user_provider(OrgId(org), name).await?;
        Ok(Tenant {
            org,
            site,
            nodes,
            user,
            invitation,
            provider,
            user_provider,
            keys,
            name: name.to_owned(),
        })
    }

    /// The same organization, with another site of it in the place of its first.
    pub async fn second_site(&self, of: &Tenant, name: &str) -> Result<Tenant> {
        let (site, nodes, invitation) = self.site(of.org, name).await?;
        Ok(Tenant { name: name.to_owned(), site, nodes, invitation, ..of.clone() })
    }

    /// A site with its members' nodes and an invitation.
    async fn site(&self, org: i64, name: &str) -> Result<(i64, [i64; 2], i64)> {
        let body =
            json!({"name": name, "hosts": [format!("{name}.example")], "settings": {"registration": "open"}});
        let site = self.post(OPERATOR, &format!("/orgs/{org}/sites"), &body).await?.made()?;
        let site = site["id"].as_i64().context("an id")?;
        let nodes = self.people(SiteId(site), name).await?;
        let path = format!("/orgs/{org}/sites/{site}/invitations");
        let invitation = self.post(OPERATOR, &path, &json!({"uses": 3})).await?.made()?;
        Ok((site, nodes, invitation["id"].as_i64().context("an id")?))
    }

    /// One that is nowhere.
    async fn provider(&self, org: OrgId) -> Result<i64> {
        let nowhere = || "http://127.0.0.1:1/x".to_owned();
        let settings = ProviderSettings {
            client_id: "us".to_owned(),
            login_url: nowhere(),
            token_url: nowhere(),
            keys_url: nowhere(),
            scopes: "openid".to_owned(),
            ..ProviderSettings::default()
        };
        let (label, issuer) = ("Nowhere".to_owned(), nowhere());
        let new = Provider { id: ProviderId(0), label, issuer, settings, version: 0, created_ms: 1_000 };
        let mut change = self.store.admin().begin().await?;
        let made = change.add_provider(org, &new).await?;
        change.commit().await?;
        Ok(made.id.0)
    }

    /// One for people, that is nowhere either.
    async fn user_provider(&self, org: OrgId, name: &str) -> Result<i64> {
        let nowhere = || "http://127.0.0.1:1/x".to_owned();
        let settings = UserProviderSettings {
            client_id: "us".to_owned(),
            login_url: nowhere(),
            token_url: nowhere(),
            keys_url: nowhere(),
            email_domains: vec![format!("{name}.nowhere.example")],
            ..UserProviderSettings::default()
        };
        let (label, issuer, id) = ("Nowhere".to_owned(), nowhere(), UserProviderId(0));
        let new = UserProvider {
            id,
            org,
            label,
            issuer,
            settings,
            has_secret: false,
            version: 0,
            created_ms: 1_000,
        };
        let mut change = self.store.admin().begin().await?;
        let made = change.add_user_provider(&new, "").await?;
        change.commit().await?;
        Ok(made.id.0)
    }

    async fn people(&self, site: SiteId, name: &str) -> Result<[i64; 2]> {
        let mut tx = self.store.begin(&[]).await?;
        let mut nodes = [0; 2];
        for (n, uid) in ["ALICE", "BOB"].into_iter().enumerate() {
            let member = MemberKey { site, uid: format!("{uid}%+{name}") };
            tx.add_member(&member, 1_000).await?;
            let alias =
                Name { site, name: format!("{uid} of {name}"), owner: Owner::Member(member.uid.clone()) };
            ensure!(tx.take_name(&alias).await?);
            let (label, secret_hash) = ("phone".to_owned(), member.uid.clone().into_bytes());
            nodes[n] = tx.add_node(&NewNode { member, label, secret_hash, now_ms: 1_000 }).await?.0;
        }
        let gid = format!("Circle of {name}");
        ensure!(tx.take_name(&Name { site, name: gid.clone(), owner: Owner::Group }).await?);
        let (uid, alias) = (format!("ALICE%+{name}"), format!("ALICE of {name}"));
        tx.put_group_member(&GroupMember { site, gid, uid, alias, status: GroupStatus::Joined }).await?;
        tx.commit().await?;
        Ok(nodes)
    }
}

/// The providers of tests are on this machine, and tests ask more in a minute than people do.
fn for_tests() -> Options {
    Options { private_providers: true, requests_per_minute_max: 100_000, ..Options::default() }
}

#[derive(Clone)]
pub struct Tenant {
    pub name: String,
    pub org: i64,
    pub site: i64,
    pub nodes: [i64; 2],
    pub user: i64,
    pub invitation: i64,
    pub provider: i64,
    pub user_provider: i64,
    pub keys: Vec<(&'static str, String, i64)>,
}

impl Tenant {
    pub fn key(&self, role: &str) -> &str {
        self.keys.iter().find(|(name, ..)| *name == role).map_or("", |(_, key, _)| key)
    }

    pub fn uid(&self) -> String {
        format!("ALICE%+{}", self.name)
    }

    /// A path below the organization.
    pub fn at(&self, path: &str) -> String {
        format!("/orgs/{}{path}", self.org)
    }

    /// A path below the site.
    pub fn in_site(&self, path: &str) -> String {
        format!("/orgs/{}/sites/{}{path}", self.org, self.site)
    }
}

/// As it stands in a path.
pub fn encoded(text: &str) -> String {
    text.bytes().map(|octet| format!("%{octet:02X}")).collect()
}

pub fn json_body(request: RequestBuilder, body: &Value) -> RequestBuilder {
    request.header("content-type", "application/json").body(body.to_string())
}

#[derive(Debug)]
pub struct Answer {
    pub status: StatusCode,
    pub headers: reqwest::header::HeaderMap,
    pub body: Value,
}

impl Answer {
    pub async fn of(request: RequestBuilder) -> Result<Self> {
        let (client, request) = request.build_split();
        let request = request?;
        let (method, path) = (request.method().clone(), request.url().path().to_owned());
        let response = client.execute(request).await?;
        let (status, headers) = (response.status(), response.headers().clone());
        crate::described::check(&method, &path, status, &headers)?;
        let text = response.text().await?;
        Ok(Self { status, headers, body: serde_json::from_str(&text).unwrap_or(Value::String(text)) })
    }

    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
    }

    /// The body of a success.
    pub fn good(self) -> Result<Value> {
        ensure!(self.status.is_success(), "{} {}", self.status, self.body);
        Ok(self.body)
    }

    /// The body of a creation.
    pub fn made(self) -> Result<Value> {
        ensure!(self.status == StatusCode::CREATED, "{} {}", self.status, self.body);
        Ok(self.body)
    }

    /// A problem of this status and kind, as RFC 9457 has it; its detail.
    pub fn problem(self, status: u16, kind: &str) -> Result<String> {
        ensure!(self.status == status, "{} instead of {status}: {}", self.status, self.body);
        ensure!(self.header("content-type") == "application/problem+json", "{:?}", self.headers);
        ensure!(self.body["type"] == format!("urn:tmtp:problem:{kind}"), "{}", self.body);
        ensure!(self.body["status"] == status && self.body["title"].is_string(), "{}", self.body);
        let detail = self.body["detail"].as_str().context("a detail")?;
        ensure!(detail.len() > 10, "{detail}");
        Ok(detail.to_owned())
    }
}
