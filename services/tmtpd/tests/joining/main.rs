//! Newcomers at a site that takes them by invitation only: from the invitation through the sign-in to the first login, by
//! one process and by a cluster.
#![cfg(test)]

mod again;

use std::{
    path::{Path, PathBuf},
    process::Stdio,
    sync::Arc,
};

use anyhow::{Context, Result, ensure};
use reqwest::{header, redirect::Policy};
use serde_json::{Value, json};
use tmtp_testkit::{
    ask,
    client::{Account, Client},
    pki::Pki,
    sentences,
    server::{Layout, OPERATOR_KEY, Server, Shape, SitePlan},
    suite::{self, Sentence},
};
use tokio::io::{AsyncBufReadExt, BufReader};

const HOST: &str = "members.test";
const OTHER: &str = "others.test";
const OPEN: &str = "open.test";

/// A verifier, and the SHA-256 of it in base64url.
const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";

fn sentences() -> Vec<Sentence<Server>> {
    sentences![Server;
        who_has_no_token_is_told_where_to_sign_in_and_not_let_in,
        an_invitation_makes_one_member_under_the_alias_that_it_keeps,
        a_single_invitation_makes_no_second_member_whatever_tokens_there_are,
        another_alias_than_the_invitations_is_refused_and_the_account_exists_all_the_same,
        an_invitation_revoked_after_the_sign_in_makes_no_member,
        a_token_of_another_site_or_changed_on_the_way_is_refused,
        an_alias_that_an_administrator_gives_is_told_to_the_members_devices,
        an_organizations_provider_vouches_for_its_people,
        a_member_joins_with_tmtp_and_the_code_of_an_invitation,
        a_member_joins_with_tmtp_and_a_browser,
        a_certificate_of_the_organizations_authority_lets_its_holder_register_and_no_other,
        strangers_beyond_those_of_an_hour_are_told_so_until_more_may_come,
    ]
}

/// `POST` or `GET` of the API.
async fn api(server: &Server, method: reqwest::Method, path: &str, body: &Value) -> Result<Value> {
    let request = reqwest::Client::new()
        .request(method, format!("http://{}/api/v1{path}", server.api))
        .bearer_auth(OPERATOR_KEY)
        .header(header::CONTENT_TYPE, "application/json")
        .header(header::IF_MATCH, "*")
        .body(body.to_string());
    let response = request.send().await?;
    let (status, text) = (response.status(), response.text().await?);
    ensure!(status.is_success(), "{path}: {status} {text}");
    Ok(serde_json::from_str(&text).unwrap_or_default())
}

/// The id of the site with this host name.
async fn site_id(server: &Server, host: &str) -> Result<i64> {
    let sites = api(server, reqwest::Method::GET, "/orgs/1/sites", &json!({})).await?;
    let sites = sites["items"].as_array().context("sites")?;
    let site = sites.iter().find(|site| site["hosts"][0] == host).context("the site")?;
    site["id"].as_i64().context("an id")
}

/// Waits until every process goes by what the one that knows most of the sites knows.
async fn known_everywhere(server: &Server) -> Result<()> {
    let newest = versions(server).await?.into_iter().max();
    while versions(server).await?.into_iter().min() < newest {}
    Ok(())
}

async fn versions(server: &Server) -> Result<Vec<u64>> {
    let mut versions = Vec::new();
    for process in &server.processes {
        let (_, metrics) = process.get("/metrics").await?;
        let told = metrics.lines().filter(|line| line.starts_with("tmtp_sites_version{"));
        versions.extend(told.filter_map(|line| line.rsplit_once(' ')?.1.parse::<u64>().ok()));
    }
    ensure!(versions.len() >= server.edges.len() * 2, "{versions:?}");
    Ok(versions)
}

async fn invite(server: &Server, host: &str, body: Value) -> Result<Value> {
    let path = format!("/orgs/1/sites/{}/invitations", site_id(server, host).await?);
    api(server, reqwest::Method::POST, &path, &body).await
}

/// What TmtpRev is answered with at a site.
async fn tmtprev(server: &Server, host: &str) -> Result<Value> {
    let mut stranger = Client::connect(&server.address_at(host)).await?;
    stranger.send(&ask::tmtprev(), b"").await?;
    Ok(Value::Object(stranger.recv().await?.header))
}

/// Signs in as an existing client does, from what `authby` says; the token endpoint's answer.
async fn sign_in(server: &Server, host: &str, invitation: &Value) -> Result<Value> {
    sign_in_by(&tmtprev(server, host).await?["authby"][0], invitation).await
}

/// The same by one of the ways.
async fn sign_in_by(way: &Value, invitation: &Value) -> Result<Value> {
    let code = invitation["code"].as_str().context("a code")?;
    let text =
        |part: &str, at: usize| Ok::<_, anyhow::Error>(way[part][at].as_str().context("a way")?.to_owned());
    let login = format!(
        "{}&code_challenge_method=S256&code_challenge={CHALLENGE}&state=s&invitation={code}",
        text("login", 1)?
    );
    let browser = reqwest::Client::builder().redirect(Policy::none()).build()?;
    let form = (header::CONTENT_TYPE, "application/x-www-form-urlencoded");
    let page = browser.post(text("login", 0)?).header(&form.0, form.1).body(login).send().await?;
    let status = page.status();
    let place = page.headers().get(header::LOCATION).with_context(|| format!("{status}, no way back"))?;
    let place = url::Url::parse(place.to_str()?)?;
    let (_, code) = place.query_pairs().find(|(name, _)| name == "code").context("a code")?;
    let exchange = format!("{}&code={code}&code_verifier={VERIFIER}", text("token", 1)?);
    let answer = browser.post(text("token", 0)?).header(&form.0, form.1).body(exchange).send().await?;
    Ok(serde_json::from_str(&answer.error_for_status()?.text().await?)?)
}

/// Registers with this token; the link, on which the answer comes next after `tmtprev`.
async fn register(server: &Server, host: &str, alias: &str, token: &Value) -> Result<Client> {
    let mut link = Client::connect(&server.address_at(host)).await?;
    let mut hello = ask::register(alias);
    hello["oidc"] = token.clone();
    link.send_both(&hello).await?;
    link.expect_tmtprev().await?;
    Ok(link)
}

/// Every way in has a label and two addresses with their parameters. By what tokens are checked is nobody's business:
/// whose they must be, for whom, and by which keys.
fn tells_ways_in_and_nothing_more(said: &Value) -> Result<()> {
    for way in said["authby"].as_array().context("ways")? {
        let names: Vec<&String> = way.as_object().context("a way")?.keys().collect();
        ensure!(names == ["label", "login", "token"], "{way}");
        for part in ["login", "token"] {
            let texts: Vec<&str> =
                way[part].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
            ensure!(texts.len() == 2 && way[part].as_array().map(Vec::len) == Some(2), "{way}");
        }
    }
    let text = said.to_string();
    for hidden in [AUDIENCE, "/keys", "jwks", "\"iss\"", "issuer", "audience", "\"kty\"", "PUBLIC KEY"] {
        ensure!(!text.contains(hidden), "{hidden} in {said}");
    }
    Ok(())
}

async fn who_has_no_token_is_told_where_to_sign_in_and_not_let_in(server: &Server) -> Result<()> {
    let said = tmtprev(server, HOST).await?;
    ensure!(said["auth"] == 1, "{said}");
    tells_ways_in_and_nothing_more(&said)?;
    let way = &said["authby"][0];
    ensure!(
        way["label"] == "Invitation" && way["login"][0].is_string() && way["token"][1].is_string(),
        "{said}"
    );
    let mut link = Client::connect(&server.address_at(HOST)).await?;
    link.send_both(&ask::register("Nobody at all")).await?;
    link.expect_tmtprev().await?;
    link.expect_quit("authentication required").await?;
    for token in [json!({}), json!({"id_token": "a.b.c"}), json!({"Id_token": ""})] {
        register(server, HOST, "_", &token).await?.expect_quit("authentication required").await?;
    }
    Ok(())
}

async fn an_invitation_makes_one_member_under_the_alias_that_it_keeps(server: &Server) -> Result<()> {
    let invitation = invite(server, HOST, json!({"alias": "Ann Archer"})).await?;
    let mut token = sign_in(server, HOST, &invitation).await?;
    // As clients in the field name it.
    token["Id_token"] = token["id_token"].take();
    token.as_object_mut().context("an object")?.remove("id_token");
    let mut ann = register(server, HOST, "Ann Archer", &token).await?;
    let registered = ann.recv().await?;
    ensure!(registered.op() == "registered" && !registered.header.contains_key("error"), "{registered}");
    ann.expect_info().await?;
    let path = format!("/orgs/1/sites/{}", site_id(server, HOST).await?);
    let found =
        api(server, reqwest::Method::GET, &format!("{path}/members?q=Ann%20Archer"), &json!({})).await?;
    ensure!(found["items"][0]["uid"] == registered.header["uid"], "{found}");
    let used = format!("{path}/invitations/{}", invitation["id"]);
    ensure!(api(server, reqwest::Method::GET, &used, &json!({})).await?["state"] == "used");
    register(server, HOST, "_", &token).await?.expect_quit("authentication required").await?;
    ensure!(sign_in(server, HOST, &invitation).await.is_err(), "it was good twice");
    Ok(())
}

async fn a_single_invitation_makes_no_second_member_whatever_tokens_there_are(server: &Server) -> Result<()> {
    let invitation = invite(server, HOST, json!({})).await?;
    let tokens = [
        sign_in(server, HOST, &invitation).await?,
        sign_in(server, HOST, &invitation).await?,
        sign_in(server, HOST, &invitation).await?,
    ];
    let tries = tokens.iter().map(async |token| {
        let answer = register(server, HOST, "_", token).await?.recv().await?;
        Ok::<_, anyhow::Error>(answer.op() == "registered" || answer.header["error"] != "register failure")
    });
    let let_in = futures::future::try_join_all(tries).await?;
    ensure!(let_in.iter().filter(|in_| **in_).count() == 1, "{let_in:?}");
    Ok(())
}

async fn another_alias_than_the_invitations_is_refused_and_the_account_exists_all_the_same(
    server: &Server,
) -> Result<()> {
    let invitation = invite(server, HOST, json!({"alias": "Bob Bower"})).await?;
    let token = sign_in(server, HOST, &invitation).await?;
    let registered = register(server, HOST, "Robert Bower", &token).await?.recv().await?;
    let error = registered.header["error"].as_str().context("an error")?;
    ensure!(
        error.contains("\"Robert Bower\" is not available") && error.contains("\"Bob Bower\""),
        "{error}"
    );
    let path = format!("/orgs/1/sites/{}/aliases?q=bower", site_id(server, HOST).await?);
    let aliases = api(server, reqwest::Method::GET, &path, &json!({})).await?;
    ensure!(
        aliases["items"]
            == json!([{"alias": "Bob Bower", "uid": registered.header["uid"], "reserved": false, "invitation": null}]),
        "{aliases}"
    );
    // Nobody gets what an invitation keeps for somebody else.
    invite(server, HOST, json!({"alias": "Kept for Carl"})).await?;
    let token = sign_in(server, HOST, &invite(server, HOST, json!({})).await?).await?;
    let registered = register(server, HOST, "Kept for Carl", &token).await?.recv().await?;
    ensure!(registered.header["error"].is_string(), "{registered}");
    Ok(())
}

async fn an_invitation_revoked_after_the_sign_in_makes_no_member(server: &Server) -> Result<()> {
    let invitation = invite(server, HOST, json!({})).await?;
    let token = sign_in(server, HOST, &invitation).await?;
    let path = format!("/orgs/1/sites/{}/invitations/{}", site_id(server, HOST).await?, invitation["id"]);
    api(server, reqwest::Method::DELETE, &path, &json!({})).await?;
    register(server, HOST, "_", &token).await?.expect_quit("register failure").await
}

async fn a_token_of_another_site_or_changed_on_the_way_is_refused(server: &Server) -> Result<()> {
    let theirs = sign_in(server, OTHER, &invite(server, OTHER, json!({})).await?).await?;
    register(server, HOST, "_", &theirs).await?.expect_quit("authentication required").await?;
    let mut ours = sign_in(server, HOST, &invite(server, HOST, json!({})).await?).await?;
    let token = ours["id_token"].as_str().context("a token")?.to_owned();
    let parts: Vec<_> = token.split('.').collect();
    let flipped = |text: &str| text.chars().rev().collect::<String>();
    for changed in [
        format!("{}.{}.{}", parts[0], flipped(parts[1]), parts[2]),
        format!("{}.{}.{}", parts[0], parts[1], flipped(parts[2])),
        format!("{}.{}.", parts[0], parts[1]),
        // {"alg":"none"}
        format!("eyJhbGciOiJub25lIn0.{}.", parts[1]),
    ] {
        ours["id_token"] = json!(changed);
        register(server, HOST, "_", &ours).await?.expect_quit("authentication required").await?;
    }
    ours["id_token"] = json!(token);
    let registered = register(server, HOST, "_", &ours).await?.recv().await?;
    ensure!(registered.op() == "registered", "{registered}");
    Ok(())
}

/// Tokens of the provider may be for this one too.
const AUDIENCE: &str = "an-audience-of-the-staff";

async fn an_alias_that_an_administrator_gives_is_told_to_the_members_devices(server: &Server) -> Result<()> {
    let invitation = invite(server, HOST, json!({})).await?;
    let token = sign_in(server, HOST, &invitation).await?;
    let mut desk = register(server, HOST, "_", &token).await?;
    let registered = desk.recv().await?;
    desk.expect_info().await?;
    let text = |name| registered.must(name).map(str::to_owned);
    desk.me = Account { uid: text("uid")?, nodeid: text("nodeid")?, alias: String::new() };
    let path = format!("/orgs/1/sites/{}/aliases", site_id(server, HOST).await?);
    let give = async |alias: &str| {
        let body = json!({"alias": alias, "uid": registered.header["uid"]});
        api(server, reqwest::Method::POST, &path, &body).await
    };
    // Twice is once.
    for _ in 0..2 {
        give("Front Desk").await?;
    }
    desk.take("user").await?.expect(&json!({"newalias": "Front Desk"}))?;
    desk.accepted(&ask::ping("Front Desk", "Front Desk"), b"it is mine").await?;
    desk.take("ping").await?;
    let account = desk.quit().await?;
    // One that was kept for whoever is to have it; and nobody is there to hear.
    for _ in 0..2 {
        give("Support").await?;
    }
    let (mut desk, _) = Client::login(&server.address_at(HOST), &account).await?;
    let mut told = Vec::new();
    // The login may be quicker than the word of the alias.
    for _ in 0..2 {
        let message = desk.queued().await?;
        desk.ack(message.id()).await?;
        told.push((message.op().to_owned(), message.header.get("newalias").cloned().unwrap_or_default()));
    }
    ensure!(told.contains(&("user".to_owned(), json!("Support"))), "{told:?}");
    desk.expect_nothing().await
}

/// The sign-in of one site is the provider of the organization for another.
async fn an_organizations_provider_vouches_for_its_people(server: &Server) -> Result<()> {
    let issuer = format!("http://{}/oidc/{}", server.api, site_id(server, OTHER).await?);
    let settings = json!({"client_id": "tmtp", "audiences": ["tmtp", AUDIENCE]});
    let body = json!({"label": "Acme staff", "issuer": issuer, "settings": settings});
    let made = api(server, reqwest::Method::POST, "/orgs/1/providers", &body).await?;
    let ways = async || -> Result<Value> { Ok(tmtprev(server, STAFF).await?["authby"].take()) };
    while ways().await?.as_array().map(Vec::len) != Some(2) {}
    known_everywhere(server).await?;
    let way = ways().await?[1].take();
    tells_ways_in_and_nothing_more(&tmtprev(server, STAFF).await?)?;
    ensure!(way["label"] == "Acme staff" && way["login"][0] == format!("{issuer}/authorize"), "{way}");
    let invitation = invite(server, OTHER, json!({"uses": 9})).await?;
    let token = sign_in_by(&way, &invitation).await?;
    let registered = register(server, STAFF, "Steve of the staff", &token).await?.recv().await?;
    ensure!(registered.op() == "registered" && !registered.header.contains_key("error"), "{registered}");
    register(server, STAFF, "_", &token).await?.expect_quit("authentication required").await?;
    // Where providers are no way in, they vouch for nobody.
    let token = sign_in_by(&way, &invitation).await?;
    register(server, HOST, "_", &token).await?.expect_quit("authentication required").await?;
    // Whom the rules do not admit is somebody, but nobody for this site.
    let path = format!("/orgs/1/providers/{}", made["id"]);
    let rule = json!({"settings": {"email_domains": ["acme.example"], "login_params": "prompt=login"}});
    api(server, reqwest::Method::PATCH, &path, &rule).await?;
    while !ways().await?.to_string().contains("prompt=login") {}
    known_everywhere(server).await?;
    register(server, STAFF, "_", &token).await?.expect_quit("register failure").await?;
    // One that the site does not let vouch is no way in there, whatever its own rules are.
    let partners = format!("http://{}/oidc/{}", server.api, site_id(server, HOST).await?);
    let partners = json!({"label": "Partners", "issuer": partners, "settings": settings});
    let partners = api(server, reqwest::Method::POST, "/orgs/1/providers", &partners).await?;
    let staff = format!("/orgs/1/sites/{}", site_id(server, STAFF).await?);
    let only = |id: &Value| json!({"settings": {"providers": id.to_string()}});
    api(server, reqwest::Method::PATCH, &staff, &only(&partners["id"])).await?;
    while ways().await?[1]["label"] != "Partners" {}
    known_everywhere(server).await?;
    register(server, STAFF, "_", &token).await?.expect_quit("authentication required").await?;
    api(server, reqwest::Method::PATCH, &staff, &only(&made["id"])).await?;
    api(server, reqwest::Method::DELETE, &format!("/orgs/1/providers/{}", partners["id"]), &json!({}))
        .await?;
    while ways().await?[1]["label"] != "Acme staff" {}
    api(server, reqwest::Method::DELETE, &path, &json!({})).await?;
    while ways().await?.as_array().map(Vec::len) != Some(1) {}
    known_everywhere(server).await?;
    register(server, STAFF, "_", &token).await?.expect_quit("authentication required").await
}

/// The member's command line client, built beside the server.
fn tmtp(server: &Server, folder: &Path, host: &str, words: &[&str]) -> tokio::process::Command {
    // Names that end in .localhost are this machine.
    let site = format!("={host}:{}", server.edges[0].port());
    let mut command = tmtp_at(folder, &["register", "--site", &site]);
    command.args(words);
    command
}

/// The same with any words.
fn tmtp_at(folder: &Path, words: &[&str]) -> tokio::process::Command {
    let program = PathBuf::from(env!("CARGO_BIN_EXE_tmtpd")).with_file_name("tmtp");
    let mut command = tokio::process::Command::new(program);
    command.args(["--json", "--profile"]).arg(folder).args(words);
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).kill_on_drop(true);
    command
}

/// Takes the organization's providers as well.
const STAFF: &str = "staff.test";
const DOMESTIC: &str = "home.localhost";
/// Its clients are sent back to where a test wants them.
const BROWSED: &str = "browsed.localhost";
/// Asks for certificates.
const CERTIFIED: &str = "certified.localhost";

async fn a_member_joins_with_tmtp_and_the_code_of_an_invitation(server: &Server) -> Result<()> {
    let folder = tempfile::tempdir()?;
    let invitation = invite(server, DOMESTIC, json!({"alias": "Dora Dean"})).await?;
    let code = invitation["code"].as_str().context("a code")?;
    let wrong = tmtp(server, folder.path(), DOMESTIC, &["--invitation", "AAAA-BBBB"]).output().await?;
    let said = String::from_utf8_lossy(&wrong.stderr).into_owned();
    ensure!(!wrong.status.success() && said.contains("no invitation with this code"), "{said}");
    let joined = tmtp(server, folder.path(), DOMESTIC, &["--invitation", code]).output().await?;
    ensure!(joined.status.success(), "{}", String::from_utf8_lossy(&joined.stderr));
    let joined: Value = serde_json::from_slice(&joined.stdout)?;
    ensure!(joined["event"] == "registered" && joined["alias"] == "Dora Dean", "{joined}");
    Ok(())
}

async fn a_member_joins_with_tmtp_and_a_browser(server: &Server) -> Result<()> {
    let folder = tempfile::tempdir()?;
    let path = format!("/orgs/1/sites/{}", site_id(server, BROWSED).await?);
    let back = format!("http://127.0.0.1:{}/back", tmtp_testkit::ports::free_addr()?.port());
    let change = json!({"settings": {"sign_in_redirect": back}});
    api(server, reqwest::Method::PATCH, &path, &change).await?;
    while !tmtprev(server, BROWSED).await?.to_string().contains("%2Fback") {}
    known_everywhere(server).await?;
    let code = invite(server, BROWSED, json!({})).await?["code"].as_str().context("a code")?.to_owned();
    let mut running = tmtp(server, folder.path(), BROWSED, &["--alias", "Eve Evans"]).spawn()?;
    let mut lines = BufReader::new(running.stdout.take().context("stdout")?).lines();
    let said: Value = serde_json::from_str(&lines.next_line().await?.context("a line")?)?;
    let page = said["url"].as_str().context("an address")?.to_owned();
    // The form has all that came in the address, and the code; the browser follows the way back to tmtp.
    let (place, params) = page.split_once('?').context("parameters")?;
    let form = format!("{params}&invitation={code}");
    let browser = reqwest::Client::new();
    let kind = "application/x-www-form-urlencoded";
    let done = browser.post(place).header(header::CONTENT_TYPE, kind).body(form).send().await?;
    ensure!(done.status().is_success() && done.url().as_str().starts_with(&back), "{done:?}");
    ensure!(done.text().await?.contains("You are signed in"));
    let joined: Value = serde_json::from_str(&lines.next_line().await?.context("a line")?)?;
    ensure!(joined["event"] == "registered" && joined["alias"] == "Eve Evans", "{joined}");
    ensure!(running.wait().await?.success());
    Ok(())
}

async fn a_certificate_of_the_organizations_authority_lets_its_holder_register_and_no_other(
    server: &Server,
) -> Result<()> {
    let folder = tempfile::tempdir()?;
    let (ours, theirs) = (Pki::make(&folder.path().join("ours"))?, Pki::make(&folder.path().join("theirs"))?);
    let path = format!("/orgs/1/sites/{}", site_id(server, CERTIFIED).await?);
    let authorities = std::fs::read_to_string(&ours.ca)?;
    let change = json!({"settings": {"registration": "certificate", "client_authorities": authorities}});
    api(server, reqwest::Method::PATCH, &path, &change).await?;
    let try_with = async |name: &str, shown: Option<&Pki>| {
        let files = shown.map(|pki| [pki.cert.display().to_string(), pki.key.display().to_string()]);
        let mut words = vec!["--alias", name];
        if let Some([certificate, key]) = &files {
            words.extend(["--certificate", certificate, "--key", key]);
        }
        let done = tmtp(server, &folder.path().join(name), CERTIFIED, &words).output().await?;
        anyhow::Ok(done.status.success())
    };
    // Once the edge has heard of it.
    while !try_with("Frida Frost", Some(&ours)).await? {}
    ensure!(!try_with("Nobody Known", None).await?);
    ensure!(!try_with("Somebody Else", Some(&theirs)).await?);
    // Clients that know nothing of certificates are asked, and go on: devices that are registered log in so.
    known_everywhere(server).await?;
    let mut stranger = Client::connect(&server.address_at(CERTIFIED)).await?;
    stranger.send_both(&ask::register("Gerda Green")).await?;
    stranger.expect_tmtprev().await?;
    stranger.expect_quit("authentication required").await?;
    // An authority that is gone vouches for nobody any more.
    let authorities = std::fs::read_to_string(&theirs.ca)?;
    let change = json!({"settings": {"client_authorities": authorities}});
    api(server, reqwest::Method::PATCH, &path, &change).await?;
    while !try_with("Inga Ivers", Some(&theirs)).await? {}
    ensure!(!try_with("Helga Holm", Some(&ours)).await?);
    Ok(())
}

async fn strangers_beyond_those_of_an_hour_are_told_so_until_more_may_come(server: &Server) -> Result<()> {
    let at = server.address_at(OPEN);
    let join = async || -> Result<Option<String>> {
        let mut stranger = Client::connect(&at).await?;
        stranger.send_both(&ask::register("_")).await?;
        stranger.expect_tmtprev().await?;
        let answer = stranger.recv().await?;
        let refused = answer.header.get("error").and_then(Value::as_str).map(str::to_owned);
        ensure!(answer.op() == if refused.is_some() { "quit" } else { "registered" }, "{:?}", answer.header);
        Ok(refused)
    };
    let many = futures::future::try_join_all((0..10).map(|_| join())).await?;
    ensure!(many.iter().filter(|refused| refused.is_none()).count() == 3, "{many:?}");
    ensure!(many.iter().flatten().all(|refused| refused == "register failure"), "{many:?}");
    let path = format!("/orgs/1/sites/{}", site_id(server, OPEN).await?);
    let more = json!({"settings": {"open_registrations_per_hour_max": 4}});
    api(server, reqwest::Method::PATCH, &path, &more).await?;
    known_everywhere(server).await?;
    let many = futures::future::try_join_all((0..5).map(|_| join())).await?;
    ensure!(many.iter().filter(|refused| refused.is_none()).count() == 1, "{many:?}");
    Ok(())
}

async fn server(shape: Shape) -> Result<Arc<Server>> {
    let site = |name, hosts| SitePlan { name, hosts, settings: &[("registration", "invitation")] };
    let staff = &[("registration", "invitation_or_provider")];
    let staff = SitePlan { name: "Staff", hosts: &[STAFF], settings: staff };
    let ours = [
        site("Members", &[HOST]),
        site("Others", &[OTHER]),
        site("At home", &[DOMESTIC]),
        site("Browsed", &[BROWSED]),
        site("Certified", &[CERTIFIED]),
    ];
    let slow = &[("open_registrations_per_hour_max", "3")];
    let open = SitePlan { name: "Open", hosts: &[OPEN], settings: slow };
    let sites = ours.into_iter().chain([staff, open]).collect();
    let layout = Layout { sites, ..Layout::default() };
    Ok(Arc::new(Server::start(shape, Path::new(env!("CARGO_BIN_EXE_tmtpd")), &layout).await?))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_process() -> Result<()> {
    let server = server(Shape::Standalone).await?;
    suite::run(&server, sentences()).await?;
    server.check_processes(&[])
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_cluster() -> Result<()> {
    let server = server(Shape::Cluster).await?;
    suite::run(&server, sentences()).await?;
    server.check_processes(&[])
}
