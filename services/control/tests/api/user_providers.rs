//! People who sign in with their organization's provider: a small real one, at an address of this machine.

use anyhow::{Context, Result, ensure};
use reqwest::{Method, redirect::Policy};
use serde_json::{Value, json};
use tmtp_platform::Clock as _;
use totp_rs::{Builder, Secret};

use crate::{
    idp::Provider,
    people::{PASSWORD, Person, invite, knock, person, token},
    stage::{Answer, OPERATOR, Stage, Tenant, json_body},
};

const MINUTE_MS: i64 = 60_000;

/// An organization whose people sign in with a provider; its id there.
struct Scene {
    ours: Tenant,
    provider: Provider,
    id: i64,
}

impl Scene {
    async fn with(stage: &Stage, settings: Value) -> Result<Self> {
        let (ours, provider) = (stage.tenant("ours").await?, Provider::start().await?);
        let id = add(stage, &ours, &provider, settings).await?;
        Ok(Self { ours, provider, id })
    }

    async fn new(stage: &Stage) -> Result<Self> {
        Self::with(stage, json!({})).await
    }

    async fn set(&self, stage: &Stage, settings: Value) -> Result<()> {
        let body = json!({"settings": settings});
        stage.send(self.ours.key("owner"), Method::PATCH, &self.path(), &body).await?.good()?;
        Ok(())
    }

    fn path(&self) -> String {
        self.ours.at(&format!("/user-providers/{}", self.id))
    }

    /// The whole way, as `email`.
    async fn sign_in(&self, stage: &Stage, email: &str) -> Result<Answer> {
        self.sign_in_at(stage, email, None).await
    }

    async fn sign_in_at(&self, stage: &Stage, email: &str, org: Option<i64>) -> Result<Answer> {
        let left = leave(stage, email, self.id, org).await?;
        come_back(&left.cookie, &left.over(&self.provider).await?).await
    }

    async fn invite(&self, stage: &Stage, email: &str, role: &str) -> Result<i64> {
        let made = invite(stage, &self.ours.at("/users"), email, role).await?;
        made["id"].as_i64().context("an id")
    }

    async fn log(&self, stage: &Stage, action: &str) -> Result<Vec<Value>> {
        let path = self.ours.at(&format!("/audit?action={action}"));
        let log = stage.get(self.ours.key("owner"), &path).await?.good()?;
        Ok(log["items"].as_array().context("items")?.clone())
    }
}

async fn add(stage: &Stage, ours: &Tenant, provider: &Provider, settings: Value) -> Result<i64> {
    let mut wanted = json!({"client_id": "us", "email_domains": ["ours.example"]});
    for (name, value) in settings.as_object().context("settings")? {
        wanted[name] = value.clone();
    }
    let body = json!({"label": "Ours account", "issuer": provider.issuer, "settings": wanted});
    let made = stage.post(ours.key("owner"), &ours.at("/user-providers"), &body).await?.made()?;
    made["id"].as_i64().context("an id")
}

/// Somebody on the way to a provider.
struct Left {
    url: String,
    cookie: String,
}

impl Left {
    /// Where the provider sends them back to.
    async fn over(&self, provider: &Provider) -> Result<String> {
        ensure!(self.url.starts_with(&format!("{}/authorize?", provider.issuer)), "{}", self.url);
        let answer = browser()?.get(&self.url).send().await?;
        let (status, back) = (answer.status(), answer.headers().get("location").cloned());
        let back = back.with_context(|| format!("{status}"))?;
        Ok(back.to_str()?.to_owned())
    }
}

fn browser() -> Result<reqwest::Client> {
    Ok(reqwest::Client::builder().redirect(Policy::none()).build()?)
}

async fn leave(stage: &Stage, email: &str, id: i64, org: Option<i64>) -> Result<Left> {
    let body = json!({"email": email, "provider": id, "org": org});
    let answer = knock(stage, "/sign-in/leave", &body).await?;
    let cookie = set(&answer, "__Host-tmtp_sign_in").context("a cookie")?;
    let url = answer.good()?["url"].as_str().context("a url")?.to_owned();
    Ok(Left { url, cookie })
}

async fn come_back(cookie: &str, url: &str) -> Result<Answer> {
    Answer::of(browser()?.get(url).header("cookie", cookie).header("sec-fetch-site", "cross-site")).await
}

/// A cookie that an answer sets to something.
fn set(answer: &Answer, name: &str) -> Option<String> {
    let lines = answer.headers.get_all("set-cookie").into_iter().filter_map(|line| line.to_str().ok());
    let mut pairs = lines.filter_map(|line| line.split(';').next());
    pairs.find(|pair| pair.starts_with(&format!("{name}=")) && !pair.ends_with('=')).map(str::to_owned)
}

/// Who came in.
fn inside(answer: &Answer) -> Result<Person> {
    ensure!(answer.status == 303, "{} {}", answer.status, answer.body);
    let cookie = set(answer, "__Host-tmtp_session").context("a session")?;
    Ok(Person { id: 0, email: String::new(), cookie })
}

/// Nobody came in, and the page says why.
fn outside(answer: &Answer, word: &str) -> Result<()> {
    ensure!(answer.status == 403, "{} {}", answer.status, answer.body);
    ensure!(set(answer, "__Host-tmtp_session").is_none(), "{:?}", answer.headers);
    let page = answer.body.as_str().context("a page")?;
    ensure!(page.contains(word) && page.contains("Back to sign-in"), "no {word:?} in {page}");
    ensure!(answer.header("content-security-policy").contains("default-src 'none'"));
    Ok(())
}

pub async fn an_invited_person_signs_in_with_the_provider_and_is_known_by_it_from_then_on(
    stage: &Stage,
) -> Result<()> {
    let scene = Scene::new(stage).await?;
    let id = scene.invite(stage, "ann@ours.example", "admin").await?;
    let ann = inside(&scene.sign_in(stage, " Ann@Ours.example ").await?)?;
    let me = ann.get(stage, "/me").await?.good()?;
    assert_eq!((&me["email"], &me["role"]), (&json!("ann@ours.example"), &json!("admin")));
    assert_eq!(ann.get(stage, "/me/sessions").await?.good()?["items"].as_array().map(Vec::len), Some(1));
    let log = scene.log(stage, "user.sign-in").await?;
    assert_eq!(log[0]["became"], json!({"with": "Ours account", "second_factor": "none"}));
    assert_eq!((&log[0]["target"], &log.len()), (&json!(id.to_string()), &1));
    assert_eq!(scene.log(stage, "user.identity").await?.len(), 1);
    // From now on it is the subject that counts, whatever address the provider tells.
    scene.provider.claims(json!({"email": "anna@elsewhere.example", "email_verified": false}));
    let again = inside(&scene.sign_in(stage, "ann@ours.example").await?)?;
    assert_eq!(again.get(stage, "/me").await?.good()?["email"], "ann@ours.example");
    assert_eq!(scene.log(stage, "user.identity").await?.len(), 1);
    Ok(())
}

pub async fn a_sign_in_is_finished_once_in_time_and_by_the_browser_that_began_it(
    stage: &Stage,
) -> Result<()> {
    let scene = Scene::new(stage).await?;
    scene.invite(stage, "ann@ours.example", "admin").await?;
    let (left, other) = (
        leave(stage, "ann@ours.example", scene.id, None).await?,
        leave(stage, "ann@ours.example", scene.id, None).await?,
    );
    let back = left.over(&scene.provider).await?;
    outside(&come_back("", &back).await?, "another browser")?;
    outside(&come_back(&other.cookie, &back).await?, "another browser")?;
    outside(&come_back("__Host-tmtp_sign_in=x", &back).await?, "another browser")?;
    outside(&come_back(&left.cookie, &back.replace("state=", "state=x")).await?, "another browser")?;
    inside(&come_back(&left.cookie, &back).await?)?;
    outside(&come_back(&left.cookie, &back).await?, "another browser")?;
    let back = other.over(&scene.provider).await?;
    stage.clock.put_forward(10 * MINUTE_MS);
    outside(&come_back(&other.cookie, &back).await?, "ten minutes")?;
    let begun =
        knock(stage, "/sign-in/leave", &json!({"email": "ann@ours.example", "provider": scene.id})).await?;
    let cookie = begun.header("set-cookie");
    for part in ["; Path=/;", "; Secure", "; HttpOnly", "; SameSite=Lax", "; Max-Age=600"] {
        assert!(cookie.contains(part), "{part} is missing in: {cookie}");
    }
    Ok(())
}

pub async fn a_token_that_is_not_sound_lets_nobody_in(stage: &Stage) -> Result<()> {
    let scene = Scene::new(stage).await?;
    scene.invite(stage, "ann@ours.example", "admin").await?;
    let now = stage.clock.unix_ms() / 1_000;
    for bad in [
        json!({"nonce": "another"}),
        json!({"nonce": null}),
        json!({"iss": "https://idp.example"}),
        json!({"aud": "them"}),
        json!({"aud": ["us", "them"]}),
        json!({"aud": ["us", "them"], "azp": "them"}),
        json!({"exp": now - 61}),
        json!({"exp": null}),
        json!({"iat": now + 90}),
        json!({"sub": null}),
        json!({"sub": "x".repeat(256)}),
    ] {
        scene.provider.claims(bad.clone());
        outside(&scene.sign_in(stage, "ann@ours.example").await?, "cannot be believed")
            .with_context(|| bad.to_string())?;
    }
    scene.provider.claims(json!({}));
    scene.provider.says(|says| says.signs_otherwise = true);
    outside(&scene.sign_in(stage, "ann@ours.example").await?, "cannot be believed")?;
    scene.provider.says(|says| says.signs_otherwise = false);
    scene.provider.says(|says| says.iss = "https://idp.example".to_owned());
    outside(&scene.sign_in(stage, "ann@ours.example").await?, "cannot be believed")?;
    let issuer = scene.provider.issuer.clone();
    scene.provider.says(|says| says.iss = issuer);
    scene.provider.claims(json!({"aud": ["us", "them"], "azp": "us"}));
    inside(&scene.sign_in(stage, "ann@ours.example").await?)?;
    Ok(())
}

pub async fn an_address_that_is_not_verified_or_is_elsewhere_links_nobody(stage: &Stage) -> Result<()> {
    let scene = Scene::new(stage).await?;
    scene.invite(stage, "ann@ours.example", "admin").await?;
    scene.invite(stage, "ann@partner.example", "admin").await?;
    for (claims, word) in [
        (json!({"email_verified": false}), "verified"),
        (json!({"email_verified": null}), "verified"),
        (json!({"email": null}), "verified"),
        (json!({"email": "ann@partner.example"}), "none of the domains"),
        (json!({"email": "ann@ours.example.evil.example"}), "none of the domains"),
        (json!({"email": "bob@ours.example"}), "obody with the address bob@ours.example"),
    ] {
        scene.provider.claims(claims);
        outside(&scene.sign_in(stage, "ann@ours.example").await?, word)?;
    }
    let log = scene.log(stage, "user.sign-in-failed").await?;
    assert_eq!(log.len(), 6);
    assert!(
        log[0]["became"]["why"].as_str().is_some_and(|why| why.contains("bob@ours.example")),
        "{}",
        log[0]
    );
    assert!(scene.log(stage, "user.identity").await?.is_empty());
    Ok(())
}

pub async fn a_person_of_another_organization_or_the_operator_is_never_taken_over(
    stage: &Stage,
) -> Result<()> {
    let scene = Scene::with(
        stage,
        json!({"new_people_role": "admin", "email_domains": ["ours.example", "theirs.example"]}),
    )
    .await?;
    let theirs = stage.tenant("theirs").await?;
    let bob = person(stage, &theirs.at("/users"), "bob@theirs.example", "owner").await?;
    let root = person(stage, "/provider/users", "root@ours.example", "operator").await?;
    for email in ["bob@theirs.example", "root@ours.example"] {
        // Whoever has the organization's provider say so is a new person of the organization's, and nobody else.
        scene.provider.claims(json!({"email": email, "sub": email}));
        let other = inside(&scene.sign_in(stage, "nobody@ours.example").await?)?;
        let me = other.get(stage, "/me").await?.good()?;
        assert_eq!((&me["org"], &me["role"]), (&json!(scene.ours.org), &json!("admin")));
        // Without mail the answer tells; with mail, none of this is tried.
        let new = json!({"new": "a horse on the moon"});
        other.ask(stage, Method::PUT, "/me/password", &new).await?.problem(409, "held-elsewhere")?;
        knock(stage, "/sign-in", &json!({"email": email, "password": "a horse on the moon"}))
            .await?
            .problem(401, "wrong-credentials")?;
    }
    let ways = async |email: &str| knock(stage, "/sign-in/ways", &json!({"email": email})).await?.good();
    // Nobody sees by the ways whether they have a password with an organization that has no provider.
    assert_eq!(ways("bob@theirs.example").await?, ways("nobody@theirs.example").await?);
    // The operator is shown what a stranger is shown, and gets in by none of it either.
    assert_eq!(ways("root@ours.example").await?, ways("nobody@ours.example").await?);
    assert_eq!(bob.get(stage, "/me").await?.good()?["org"], theirs.org);
    assert_eq!(root.get(stage, "/me").await?.good()?["role"], "operator");
    for email in ["bob@theirs.example", "root@ours.example"] {
        knock(stage, "/sign-in", &json!({"email": email, "password": PASSWORD})).await?.good()?;
    }
    Ok(())
}

pub async fn an_address_that_two_organizations_invited_has_a_password_with_one_and_any_provider(
    stage: &Stage,
) -> Result<()> {
    let scene = Scene::new(stage).await?;
    let theirs = stage.tenant("theirs").await?;
    scene.invite(stage, "ann@ours.example", "admin").await?;
    let here = scene.invite(stage, "bob@ours.example", "admin").await?;
    let there = async |email: &str| invite(stage, &theirs.at("/users"), email, "admin").await;
    let (ann, bob) = (there("ann@ours.example").await?, there("bob@ours.example").await?);
    // While nobody has accepted, the provider of whoever invited is shown.
    let ways = knock(stage, "/sign-in/ways", &json!({"email": "ann@ours.example"})).await?.good()?;
    assert_eq!(ways["providers"][0]["id"], scene.id, "{ways}");
    // What the organization's own provider says keeps nobody from their address elsewhere.
    inside(&scene.sign_in(stage, "ann@ours.example").await?)?;
    for link in [&ann, &bob] {
        let follow = json!({"token": token(link)?, "password": PASSWORD});
        assert_eq!(knock(stage, "/sign-in/link", &follow).await?.good()?["org"], theirs.org);
    }
    // Whoever has a password there is shown the ways in of there, unless they say whose account they mean.
    let ways = async |body: Value| knock(stage, "/sign-in/ways", &body).await?.good();
    let evil = Provider::start().await?;
    let late = add(stage, &theirs, &evil, json!({})).await?;
    let own = ways(json!({"email": "bob@ours.example"})).await?;
    assert_eq!(own["providers"], json!([{"id": late, "label": "Ours account"}]));
    let named = ways(json!({"email": "bob@ours.example", "org": scene.ours.org})).await?;
    assert_eq!(named["providers"][0]["id"], scene.id, "{named}");
    let elsewhere = json!({"email": "bob@else.example", "org": scene.ours.org});
    assert_eq!(ways(elsewhere).await?, json!({"providers": []}));
    scene.provider.claims(json!({"email": "bob@ours.example", "sub": "bob"}));
    let body = json!({"email": "bob@ours.example", "provider": scene.id});
    knock(stage, "/sign-in/leave", &body).await?.problem(404, "absent")?;
    let bob = inside(&scene.sign_in_at(stage, "bob@ours.example", Some(scene.ours.org)).await?)?;
    assert_eq!(bob.get(stage, "/me").await?.good()?["org"], scene.ours.org);
    // There, who has the address sees a link for a password only in the mailbox, and is told so.
    let link = scene.ours.at(&format!("/users/{here}/link"));
    let link = stage.post(scene.ours.key("owner"), &link, &Value::Null).await?.good()?;
    let look = json!({"token": token(&link)?});
    knock(stage, "/sign-in/link/look", &look).await?.problem(409, "held-elsewhere")?;
    let log = stage.get(scene.ours.key("owner"), &scene.ours.at("/audit")).await?.good()?;
    assert!(!log.to_string().contains("password with another"), "{log}");
    Ok(())
}

pub async fn whoever_got_a_formers_address_is_not_the_former_until_an_owner_unlinks_them(
    stage: &Stage,
) -> Result<()> {
    let scene = Scene::new(stage).await?;
    let id = scene.invite(stage, "ann@ours.example", "admin").await?;
    inside(&scene.sign_in(stage, "ann@ours.example").await?)?;
    scene.provider.claims(json!({"sub": "another-ann"}));
    outside(&scene.sign_in(stage, "ann@ours.example").await?, "linked with another account")?;
    let path = scene.ours.at(&format!("/users/{id}/identities"));
    stage
        .send(scene.ours.key("admin"), Method::DELETE, &path, &Value::Null)
        .await?
        .problem(403, "forbidden")?;
    let gone = stage.send(scene.ours.key("owner"), Method::DELETE, &path, &Value::Null).await?;
    assert_eq!(gone.status, 204);
    inside(&scene.sign_in(stage, "ann@ours.example").await?)?;
    scene.provider.claims(json!({}));
    outside(&scene.sign_in(stage, "ann@ours.example").await?, "linked with another account")?;
    Ok(())
}

pub async fn people_are_made_only_where_the_organization_wants_it(stage: &Stage) -> Result<()> {
    let scene = Scene::new(stage).await?;
    outside(&scene.sign_in(stage, "ann@ours.example").await?, "was invited")?;
    scene.set(stage, json!({"new_people_role": "support"})).await?;
    let ann = inside(&scene.sign_in(stage, "ann@ours.example").await?)?;
    let me = ann.get(stage, "/me").await?.good()?;
    assert_eq!(
        (&me["role"], &me["name"], &me["org"]),
        (&json!("support"), &json!("Ann Ames"), &json!(scene.ours.org))
    );
    assert_eq!(scene.log(stage, "user.create").await?[0]["became"]["email"], "ann@ours.example");
    scene.provider.claims(json!({"sub": "bob", "email": "bob@ours.example", "name": "\u{0}".repeat(500)}));
    let bob = inside(&scene.sign_in(stage, "bob@ours.example").await?)?;
    assert_eq!(bob.get(stage, "/me").await?.good()?["name"], "", "a name that cannot be is left out");
    Ok(())
}

pub async fn a_suspended_or_removed_person_stays_out(stage: &Stage) -> Result<()> {
    let scene = Scene::new(stage).await?;
    let id = scene.invite(stage, "ann@ours.example", "admin").await?;
    let ann = inside(&scene.sign_in(stage, "ann@ours.example").await?)?;
    let path = scene.ours.at(&format!("/users/{id}"));
    stage.send(OPERATOR, Method::PATCH, &path, &json!({"suspended": true})).await?.good()?;
    ann.get(stage, "/me").await?.problem(401, "unauthorized")?;
    outside(&scene.sign_in(stage, "ann@ours.example").await?, "suspended")?;
    stage.send(OPERATOR, Method::PATCH, &path, &json!({"suspended": false})).await?.good()?;
    scene.set(stage, json!({"email_domains": ["new.example"]})).await?;
    knock(stage, "/sign-in/leave", &json!({"email": "ann@ours.example", "provider": scene.id}))
        .await?
        .problem(404, "absent")?;
    outside(&scene.sign_in(stage, "x@new.example").await?, "none of the domains")?;
    scene.set(stage, json!({"email_domains": ["ours.example"]})).await?;
    stage.send(OPERATOR, Method::DELETE, &path, &Value::Null).await?;
    outside(&scene.sign_in(stage, "ann@ours.example").await?, "was invited")?;
    Ok(())
}

/// The code of a second factor at this moment.
fn code(stage: &Stage, secret: &str) -> Result<String> {
    let secret = Secret::try_from_base32(secret).map_err(|error| anyhow::anyhow!("{error:?}"))?;
    let seconds = u64::try_from(stage.clock.unix_ms() / 1_000)?;
    Ok(Builder::new().with_secret(secret).build_noncompliant().generate(seconds).to_string())
}

pub async fn a_second_factor_of_ours_is_asked_for_unless_the_provider_does_that(stage: &Stage) -> Result<()> {
    let scene = Scene::new(stage).await?;
    let ann = person(stage, &scene.ours.at("/users"), "ann@ours.example", "admin").await?;
    let offer = ann.ask(stage, Method::POST, "/me/totp", &json!({"password": PASSWORD})).await?.good()?;
    let secret = offer["secret"].as_str().context("a secret")?;
    let confirm = json!({"code": code(stage, secret)?});
    ann.ask(stage, Method::POST, "/me/totp/confirm", &confirm).await?.good()?;
    stage.clock.put_forward(MINUTE_MS);
    let answer = scene.sign_in(stage, "ann@ours.example").await?;
    assert!(answer.status == 303 && answer.header("location").ends_with("/#/sign-in/code"), "{answer:?}");
    assert!(set(&answer, "__Host-tmtp_session").is_none());
    let cookie = set(&answer, "__Host-tmtp_sign_in").context("a cookie")?;
    let give = async |cookie: &str, code: &str| {
        let request = stage.browse(Method::POST, "/sign-in/code").header("cookie", cookie);
        Answer::of(json_body(request, &json!({"code": code}))).await
    };
    give("", &code(stage, secret)?).await?.problem(403, "sign-in-stopped")?;
    give(&cookie, "000000").await?.problem(401, "wrong-credentials")?;
    give(&cookie, "").await?.problem(401, "code-needed")?;
    let entered = give(&cookie, &code(stage, secret)?).await?;
    assert!(set(&entered, "__Host-tmtp_session").is_some());
    assert_eq!(entered.good()?["email"], "ann@ours.example");
    let log = scene.log(stage, "user.sign-in").await?;
    assert_eq!(log[0]["became"], json!({"with": "Ours account", "second_factor": "code"}));
    stage.clock.put_forward(MINUTE_MS);
    give(&cookie, &code(stage, secret)?).await?.problem(403, "sign-in-stopped")?;
    scene.set(stage, json!({"second_factor_there": true})).await?;
    inside(&scene.sign_in(stage, "ann@ours.example").await?)?;
    let log = scene.log(stage, "user.sign-in").await?;
    assert_eq!(log[0]["became"]["second_factor"], "the provider's");
    Ok(())
}

pub async fn where_the_provider_is_the_only_way_in_passwords_and_links_are_none_but_owners_have_theirs(
    stage: &Stage,
) -> Result<()> {
    let scene = Scene::new(stage).await?;
    let ann = person(stage, &scene.ours.at("/users"), "ann@ours.example", "admin").await?;
    person(stage, &scene.ours.at("/users"), "olga@ours.example", "owner").await?;
    let link = |id: i64| scene.ours.at(&format!("/users/{id}/link"));
    let reset = token(&stage.post(OPERATOR, &link(ann.id), &json!({})).await?.good()?)?;
    scene.set(stage, json!({"only_way_in": true})).await?;
    let try_in = async |email: &str, password: &str| {
        knock(stage, "/sign-in", &json!({"email": email, "password": password})).await
    };
    let said = try_in("ann@ours.example", PASSWORD).await?.problem(403, "other-way-in")?;
    assert!(said.contains("Ours account"), "{said}");
    try_in("ann@ours.example", "a wrong password").await?.problem(401, "wrong-credentials")?;
    let looked = knock(stage, "/sign-in/link/look", &json!({"token": reset})).await?;
    looked.problem(403, "other-way-in")?;
    let follow = json!({"token": reset, "password": "another cow on the moon"});
    knock(stage, "/sign-in/link", &follow).await?.problem(403, "other-way-in")?;
    inside(&scene.sign_in(stage, "ann@ours.example").await?)?;
    try_in("olga@ours.example", PASSWORD).await?.good()?;
    let theirs = stage.tenant("theirs").await?;
    person(stage, &theirs.at("/users"), "bob@theirs.example", "admin").await?;
    try_in("bob@theirs.example", PASSWORD).await?.good()?;
    // Without the provider there is the password again: nobody is locked out by its end.
    stage.send(scene.ours.key("owner"), Method::DELETE, &scene.path(), &Value::Null).await?;
    try_in("ann@ours.example", PASSWORD).await?.good()?;
    Ok(())
}

pub async fn a_provider_that_is_down_or_says_no_is_told_with_what_to_do(stage: &Stage) -> Result<()> {
    let mut scene = Scene::new(stage).await?;
    scene.invite(stage, "ann@ours.example", "admin").await?;
    scene.provider.says(|says| says.error = "access_denied<b>".to_owned());
    outside(&scene.sign_in(stage, "ann@ours.example").await?, "did not let you in (access_deniedb)")?;
    scene.provider.says(|says| says.error = String::new());
    scene.provider.says(|says| says.secret = "changed there".to_owned());
    outside(
        &scene.sign_in(stage, "ann@ours.example").await?,
        "does not accept this service (invalid_client)",
    )?;
    scene.provider.says(|says| (says.secret, says.fails) = (String::new(), true));
    outside(&scene.sign_in(stage, "ann@ours.example").await?, "cannot be reached at the moment")?;
    scene.provider.says(|says| says.fails = false);
    let left = leave(stage, "ann@ours.example", scene.id, None).await?;
    let back = left.over(&scene.provider).await?;
    scene.provider.stop();
    outside(&come_back(&left.cookie, &back).await?, "cannot be reached at the moment")?;
    let check = format!("{}/check", scene.path());
    let found = stage.post(scene.ours.key("owner"), &check, &json!({})).await?.good()?;
    assert!(found["reachable"] == false && found["detail"].is_string(), "{found}");
    Ok(())
}

pub async fn a_secret_proves_us_as_the_provider_wants_it_and_is_shown_nowhere(stage: &Stage) -> Result<()> {
    let scene = Scene::with(stage, json!({"client_secret": "s3cret-of-ours"})).await?;
    scene.invite(stage, "ann@ours.example", "admin").await?;
    scene.provider.says(|says| says.secret = "s3cret-of-ours".to_owned());
    inside(&scene.sign_in(stage, "ann@ours.example").await?)?;
    scene.provider.says(|says| says.in_form = true);
    outside(&scene.sign_in(stage, "ann@ours.example").await?, "does not accept this service")?;
    let body = json!({"issuer": scene.provider.issuer});
    stage.send(scene.ours.key("owner"), Method::PATCH, &scene.path(), &body).await?.good()?;
    inside(&scene.sign_in(stage, "ann@ours.example").await?)?;
    let shown = stage.get(OPERATOR, &scene.path()).await?.good()?;
    assert_eq!(shown["settings"]["has_secret"], true);
    assert_eq!(shown["redirect_url"], stage.url("/sign-in/return"));
    let list = stage.get(OPERATOR, &scene.ours.at("/user-providers")).await?.good()?;
    let log = json!(scene.log(stage, "user-provider.").await?);
    for seen in [&shown, &list, &log] {
        assert!(!seen.to_string().contains("s3cret"), "{seen}");
    }
    scene.set(stage, json!({"client_secret": "another"})).await?;
    assert_eq!(scene.log(stage, "user-provider.change").await?[0]["became"], json!({"secret": "changed"}));
    scene.set(stage, json!({"client_secret": ""})).await?;
    assert_eq!(stage.get(OPERATOR, &scene.path()).await?.good()?["settings"]["has_secret"], false);
    Ok(())
}

pub async fn a_secret_goes_to_no_other_address_than_it_was_given_for(stage: &Stage) -> Result<()> {
    let scene = Scene::with(stage, json!({"client_secret": "s3cret-of-ours"})).await?;
    let elsewhere = Provider::start().await?;
    let change =
        async |body: Value| stage.send(scene.ours.key("owner"), Method::PATCH, &scene.path(), &body).await;
    let moved = json!({"issuer": elsewhere.issuer});
    let refused = change(moved.clone()).await?.problem(422, "invalid")?;
    ensure!(refused.contains("client_secret anew"), "{refused}");
    assert_eq!(stage.get(OPERATOR, &scene.path()).await?.good()?["issuer"], scene.provider.issuer);
    let mut with_secret = moved.clone();
    with_secret["settings"] = json!({"client_secret": "of elsewhere"});
    change(with_secret).await?.good()?;
    let mut without = json!({"issuer": scene.provider.issuer});
    without["settings"] = json!({"client_secret": ""});
    change(without).await?.good()?;
    change(moved).await?.good()?;
    Ok(())
}

pub async fn a_provider_for_people_that_cannot_be_is_told_why(stage: &Stage) -> Result<()> {
    let (ours, provider) = (stage.tenant("ours").await?, Provider::start().await?);
    let body = |name: &str, value: Value| {
        let settings = json!({"client_id": "us", "email_domains": ["ours.example"]});
        let mut body = json!({"label": "Ours", "issuer": provider.issuer, "settings": settings});
        match name {
            "label" | "issuer" => body[name] = value,
            name => body["settings"][name] = value,
        }
        body
    };
    for (body, word) in [
        (body("label", json!("")), "a name"),
        (body("issuer", json!("")), "issuer"),
        (body("issuer", json!(format!("{}/", provider.issuer))), "calls itself"),
        (body("issuer", json!("http://127.0.0.1:1")), "does not answer"),
        (body("client_id", json!("")), "client_id"),
        (body("client_secret", json!("x".repeat(1_001))), "client_secret"),
        (body("email_domains", json!([])), "email_domains"),
        (body("email_domains", json!(["example"])), "no domain"),
        (body("email_domains", json!(["a@b.example"])), "no domain"),
        (body("email_domains", json!((0..101).map(|n| format!("d{n}.example")).collect::<Vec<_>>())), "100"),
        (body("new_people_role", json!("owner")), "owners are invited"),
        (body("new_people_role", json!("operator")), "admin, support or auditor"),
        (body("colour", json!("red")), "colour"),
    ] {
        let answer = stage.post(ours.key("owner"), &ours.at("/user-providers"), &body).await?;
        let said = answer.problem(422, "invalid").with_context(|| body.to_string())?;
        assert!(said.contains(word), "{said}");
    }
    provider.says(|says| says.calls_itself = "https://evil.example".to_owned());
    let answer =
        stage.post(ours.key("owner"), &ours.at("/user-providers"), &body("client_id", json!("us"))).await?;
    assert!(answer.problem(422, "invalid")?.contains("evil.example"));
    Ok(())
}

pub async fn a_provider_for_people_is_changed_at_its_latest_version_and_made_once(
    stage: &Stage,
) -> Result<()> {
    let scene = Scene::new(stage).await?;
    let tag = stage.get(scene.ours.key("owner"), &scene.path()).await?.header("etag").to_owned();
    let patch = async |tag: &str| {
        let request =
            stage.ask(scene.ours.key("owner"), Method::PATCH, &scene.path()).header("if-match", tag);
        Answer::of(json_body(request, &json!({"label": "New"}))).await
    };
    assert_eq!(patch(&tag).await?.good()?["label"], "New");
    patch(&tag).await?.problem(412, "stale")?;
    let body = json!({"label": "Twice", "issuer": scene.provider.issuer,
        "settings": {"client_id": "us", "email_domains": ["twice.example"]}});
    let mut ids = Vec::new();
    for _ in 0..2 {
        let request = stage.ask(scene.ours.key("owner"), Method::POST, &scene.ours.at("/user-providers"));
        let made = Answer::of(json_body(request.header("idempotency-key", "once"), &body)).await?.made()?;
        ids.push(made["id"].clone());
    }
    assert_eq!(ids[0], ids[1]);
    // One that is nowhere, two of above.
    for n in 0..7 {
        add(stage, &scene.ours, &scene.provider, json!({"email_domains": [format!("d{n}.example")]})).await?;
    }
    let full = stage.post(scene.ours.key("owner"), &scene.ours.at("/user-providers"), &body).await?;
    full.problem(409, "plan")?;
    Ok(())
}

pub async fn the_ways_in_tell_nobody_who_is_there(stage: &Stage) -> Result<()> {
    let scene = Scene::new(stage).await?;
    scene.invite(stage, "ann@ours.example", "admin").await?;
    let ways = async |email: &str| knock(stage, "/sign-in/ways", &json!({"email": email})).await?.good();
    let ours = json!({"providers": [{"id": scene.id, "label": "Ours account"}]});
    assert_eq!(ways("ann@ours.example").await?, ours);
    assert_eq!(ways("nobody@OURS.example").await?, ours, "whether they are there or not");
    // Nor with whom.
    let theirs = stage.tenant("theirs").await?;
    person(stage, &theirs.at("/users"), "amy@ours.example", "owner").await?;
    assert_eq!(ways("amy@ours.example").await?, ours);
    for stranger in ["ann@example.org", "ours.example", "", "@ours.example", "x\0@ours.example"] {
        assert_eq!(ways(stranger).await?, json!({"providers": []}), "{stranger}");
    }
    // Another organization may name the domain for its own people: it is shown to them alone, and never before ours.
    let evil = Provider::start().await?;
    let late = add(stage, &theirs, &evil, json!({})).await?;
    assert_eq!(ways("ann@ours.example").await?, ours);
    assert_eq!(ways("nobody@ours.example").await?, ours);
    invite(stage, &theirs.at("/users"), "bob@ours.example", "admin").await?;
    let ids = |said: Value| {
        said["providers"].as_array().map(|all| all.iter().map(|one| one["id"].clone()).collect())
    };
    assert_eq!(ids(ways("bob@ours.example").await?), Some(vec![json!(scene.id), json!(late)]), "behind ours");
    let body = json!({"email": "ann@ours.example", "provider": late});
    knock(stage, "/sign-in/leave", &body).await?.problem(404, "absent")?;
    Ok(())
}
