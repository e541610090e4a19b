//! People who administer: invited, changed, removed, and let in by links.

use anyhow::{Context, Result};
use reqwest::Method;
use serde_json::{Value, json};
use tmtp_control::Registry;

use crate::stage::{Answer, OPERATOR, Stage, Tenant, json_body};

pub const PASSWORD: &str = "a cow on the moon";

/// Somebody in a browser.
pub struct Person {
    pub id: i64,
    pub email: String,
    pub cookie: String,
}

impl Person {
    /// A request of our own pages, with the session.
    pub async fn ask(&self, stage: &Stage, method: Method, path: &str, body: &Value) -> Result<Answer> {
        let request = stage.browse(method, path).header("cookie", &self.cookie).header("if-match", "*");
        Answer::of(json_body(request, body)).await
    }

    pub async fn get(&self, stage: &Stage, path: &str) -> Result<Answer> {
        self.ask(stage, Method::GET, path, &Value::Null).await
    }
}

/// A request of our own pages, by somebody who has no session.
pub async fn knock(stage: &Stage, path: &str, body: &Value) -> Result<Answer> {
    Answer::of(json_body(stage.browse(Method::POST, path), body)).await
}

/// What a link carries.
pub fn token(made: &Value) -> Result<String> {
    let link = made["link"].as_str().context("a link")?;
    Ok(link.rsplit_once("/#/welcome/").context("the console's path")?.1.to_owned())
}

pub fn cookie(answer: &Answer) -> Result<String> {
    let set = answer.header("set-cookie");
    Ok(set.split(';').next().filter(|pair| !pair.is_empty()).context("a cookie")?.to_owned())
}

pub async fn invite(stage: &Stage, path: &str, email: &str, role: &str) -> Result<Value> {
    let body = json!({"email": email, "name": "Ann Ames", "role": role});
    stage.post(OPERATOR, path, &body).await?.made()
}

/// Somebody who was invited and came.
pub async fn person(stage: &Stage, path: &str, email: &str, role: &str) -> Result<Person> {
    let made = invite(stage, path, email, role).await?;
    let follow = json!({"token": token(&made)?, "password": PASSWORD});
    let answer = knock(stage, "/sign-in/link", &follow).await?;
    let cookie = cookie(&answer).with_context(|| answer.body.to_string())?;
    Ok(Person { id: made["id"].as_i64().context("an id")?, email: email.to_owned(), cookie })
}

pub async fn an_invited_user_chooses_a_password_and_is_in(stage: &Stage) -> Result<()> {
    let ours = stage.tenant("ours").await?;
    let made = invite(stage, &ours.at("/users"), "Ann@Ours.example", "admin").await?;
    assert_eq!((&made["email"], &made["mailed"]), (&json!("ann@ours.example"), &json!(false)));
    assert_eq!((&made["has_password"], &made["signed_in_at"]), (&json!(false), &Value::Null));
    let token = token(&made)?;
    let looked = knock(stage, "/sign-in/link/look", &json!({"token": token})).await?.good()?;
    assert_eq!(
        looked,
        json!({
            "purpose": "invitation", "email": "ann@ours.example", "name": "Ann Ames", "org_name": "ours",
            "needs_password": true, "needs_code": false,
        })
    );
    let short = json!({"token": token, "password": "short"});
    knock(stage, "/sign-in/link", &short).await?.problem(422, "invalid")?;
    let follow = json!({"token": token, "password": PASSWORD, "name": "Ann"});
    let answer = knock(stage, "/sign-in/link", &follow).await?;
    let ann = Person { id: 0, email: String::new(), cookie: cookie(&answer)? };
    let me = json!({
        "kind": "user", "name": "Ann", "email": "ann@ours.example", "role": "admin", "org": ours.org, "site": null,
        "org_name": "ours", "has_totp": false, "has_password": true, "sends_mail": false, "tmtp_port": 443,
    });
    assert_eq!(answer.good()?, me);
    assert_eq!(ann.get(stage, "/me").await?.good()?, me);
    ann.get(stage, &ours.in_site("/members")).await?.good()?;
    ann.get(stage, &ours.at("/users")).await?.problem(403, "forbidden")?;
    ann.get(stage, "/provider/users").await?.problem(403, "forbidden")?;
    let signed =
        knock(stage, "/sign-in", &json!({"email": "ANN@ours.example", "password": PASSWORD})).await?;
    assert_eq!(signed.good()?, me);
    let shown = stage.get(OPERATOR, &ours.at(&format!("/users/{}", made["id"]))).await?.good()?;
    assert!(shown["signed_in_at"].is_string() && shown["has_password"] == true, "{shown}");
    Ok(())
}

pub async fn an_organization_invites_an_address_once(stage: &Stage) -> Result<()> {
    let ours = stage.tenant("ours").await?;
    let body = json!({"email": " CAROL@ours.example", "role": "owner"});
    stage.post(OPERATOR, &ours.at("/users"), &body).await?.problem(409, "taken")?;
    for (email, role) in [("nobody", "owner"), ("dora@ours.example", "operator"), ("a\0@x.example", "owner")]
    {
        let body = json!({"email": email, "role": role});
        stage.post(OPERATOR, &ours.at("/users"), &body).await?.problem(422, "invalid")?;
    }
    Ok(())
}

/// An answer without what is another at each time: ids, links and times.
fn shape(answer: &Answer) -> Value {
    let mut body = answer.body.clone();
    for field in ["id", "link", "created_at", "email"] {
        body[field] = json!(body[field].is_null());
    }
    json!([answer.status.as_u16(), body])
}

pub async fn an_address_is_held_by_who_accepts_first_and_no_organization_learns_of_the_others(
    stage: &Stage,
) -> Result<()> {
    let (ours, theirs) = (stage.tenant("ours").await?, stage.tenant("theirs").await?);
    let root = person(stage, "/provider/users", "root@provider.example", "operator").await?;
    let invited = async |tenant: &Tenant, email: &str| {
        let body = json!({"email": email, "name": "Ann Ames", "role": "admin"});
        stage.post(tenant.key("owner"), &tenant.at("/users"), &body).await
    };
    // Both invite her; then she accepts one of them, and one invites her after that, and the operator, too.
    let (first, second) = (invited(&ours, "ann@a.example").await?, invited(&theirs, "ann@a.example").await?);
    let unused = shape(&invited(&ours, "nobody@a.example").await?);
    assert_eq!(unused[0], 201);
    let answer = knock(
        stage,
        "/sign-in/link",
        &json!({"token": token(&second.body)?, "password": PASSWORD, "name": "Ann Ames"}),
    )
    .await?;
    let ann = Person { id: 0, email: "ann@a.example".to_owned(), cookie: cookie(&answer)? };
    let third = stage.tenant("third").await?;
    let late = invited(&third, "ann@a.example").await?;
    let operator = invited(&third, &root.email).await?;
    for answer in [&first, &second, &late, &operator] {
        assert_eq!(shape(answer), unused, "{}", answer.body);
    }
    // Her administrators see her as somebody who has not come yet, whatever they ask for.
    for (tenant, made) in [(&ours, &first), (&third, &late)] {
        let one = tenant.at(&format!("/users/{}", made.body["id"]));
        let shown = stage.get(tenant.key("owner"), &one).await?.good()?;
        assert_eq!((&shown["has_password"], &shown["signed_in_at"]), (&json!(false), &Value::Null));
        invited(tenant, "ann@a.example").await?.problem(409, "taken")?;
        let again = stage.post(tenant.key("owner"), &format!("{one}/link"), &Value::Null).await?.good()?;
        // The holder of the mailbox alone is told, and the link is as good as it was.
        for _ in 0..2 {
            let look = json!({"token": token(&again)?});
            let said = knock(stage, "/sign-in/link/look", &look).await?.problem(409, "held-elsewhere")?;
            assert!(said.contains("another address"), "{said}");
            let follow = json!({"token": token(&again)?, "password": "a horse on the moon"});
            knock(stage, "/sign-in/link", &follow).await?.problem(409, "held-elsewhere")?;
        }
        let log = stage.get(tenant.key("owner"), &tenant.at("/audit")).await?.good()?;
        assert!(!log.to_string().contains("elsewhere") && !log.to_string().contains("user.sign-in"), "{log}");
    }
    // She is who she was.
    assert_eq!(ann.get(stage, "/me").await?.good()?["org"], theirs.org);
    let signed =
        knock(stage, "/sign-in", &json!({"email": ann.email, "password": PASSWORD})).await?.good()?;
    assert_eq!(signed["org"], theirs.org);
    // Once she is gone there, she may come here.
    let there = theirs.at(&format!("/users/{}", second.body["id"]));
    assert_eq!(stage.send(OPERATOR, Method::DELETE, &there, &Value::Null).await?.status, 204);
    let here = ours.at(&format!("/users/{}/link", first.body["id"]));
    let link = stage.post(ours.key("owner"), &here, &Value::Null).await?.good()?;
    let follow = json!({"token": token(&link)?, "password": PASSWORD});
    assert_eq!(knock(stage, "/sign-in/link", &follow).await?.good()?["org"], ours.org);
    Ok(())
}

pub async fn nobody_demotes_suspends_or_removes_themselves(stage: &Stage) -> Result<()> {
    let ours = stage.tenant("ours").await?;
    let ann = person(stage, &ours.at("/users"), "ann@ours.example", "owner").await?;
    let own = ours.at(&format!("/users/{}", ann.id));
    for body in [json!({"role": "admin"}), json!({"suspended": true})] {
        ann.ask(stage, Method::PATCH, &own, &body).await?.problem(409, "yourself")?;
    }
    ann.ask(stage, Method::DELETE, &own, &Value::Null).await?.problem(409, "yourself")?;
    assert_eq!(ann.ask(stage, Method::PATCH, &own, &json!({"name": "A."})).await?.good()?["name"], "A.");
    let other = ours.at(&format!("/users/{}", ours.user));
    let changed = ann.ask(stage, Method::PATCH, &other, &json!({"role": "owner"})).await?.good()?;
    assert_eq!(changed["role"], "owner");
    assert_eq!(ann.ask(stage, Method::DELETE, &other, &Value::Null).await?.status, 204);
    Ok(())
}

pub async fn a_suspended_users_sessions_end_at_once(stage: &Stage) -> Result<()> {
    let ours = stage.tenant("ours").await?;
    let ann = person(stage, &ours.at("/users"), "ann@ours.example", "owner").await?;
    ann.get(stage, "/me").await?.good()?;
    let path = ours.at(&format!("/users/{}", ann.id));
    stage.send(OPERATOR, Method::PATCH, &path, &json!({"suspended": true})).await?.good()?;
    ann.get(stage, "/me").await?.problem(401, "unauthorized")?;
    stage.send(OPERATOR, Method::PATCH, &path, &json!({"suspended": false})).await?.good()?;
    ann.get(stage, "/me").await?.problem(401, "unauthorized")?;
    knock(stage, "/sign-in", &json!({"email": ann.email, "password": PASSWORD})).await?.good()?;
    Ok(())
}

pub async fn a_removed_users_session_and_link_are_gone(stage: &Stage) -> Result<()> {
    let ours = stage.tenant("ours").await?;
    let ann = person(stage, &ours.at("/users"), "ann@ours.example", "owner").await?;
    let path = ours.at(&format!("/users/{}", ann.id));
    let linked = stage.post(OPERATOR, &format!("{path}/link"), &Value::Null).await?.good()?;
    assert_eq!(stage.send(OPERATOR, Method::DELETE, &path, &Value::Null).await?.status, 204);
    ann.get(stage, "/me").await?.problem(401, "unauthorized")?;
    let look = json!({"token": token(&linked)?});
    knock(stage, "/sign-in/link/look", &look).await?.problem(410, "link-ended")?;
    stage.get(OPERATOR, &path).await?.problem(404, "absent")?;
    Ok(())
}

pub async fn a_new_role_counts_at_once(stage: &Stage) -> Result<()> {
    let ours = stage.tenant("ours").await?;
    let ann = person(stage, &ours.at("/users"), "ann@ours.example", "owner").await?;
    ann.get(stage, &ours.at("/keys")).await?.good()?;
    let path = ours.at(&format!("/users/{}", ann.id));
    let shown = stage.get(OPERATOR, &path).await?;
    let patch = stage.ask(OPERATOR, Method::PATCH, &path).header("if-match", shown.header("etag"));
    Answer::of(json_body(patch, &json!({"role": "auditor"}))).await?.good()?;
    ann.get(stage, &ours.at("/keys")).await?.problem(403, "forbidden")?;
    assert_eq!(ann.get(stage, "/me").await?.good()?["role"], "auditor");
    let patch = stage.ask(OPERATOR, Method::PATCH, &path).header("if-match", shown.header("etag"));
    Answer::of(json_body(patch, &json!({"role": "owner"}))).await?.problem(412, "stale")?;
    Ok(())
}

pub async fn what_a_user_makes_under_a_name_is_not_what_a_key_made(stage: &Stage) -> Result<()> {
    let ours = stage.tenant("ours").await?;
    let ann = person(stage, &ours.at("/users"), "ann@ours.example", "owner").await?;
    let body = json!({"name": "x", "role": "auditor"});
    let mut made = Vec::new();
    for _ in 0..2 {
        let request = stage.browse(Method::POST, &ours.at("/keys")).header("cookie", &ann.cookie);
        made.push(Answer::of(json_body(request.header("idempotency-key", "k"), &body)).await?.made()?);
        for (_, key, _) in ours.keys.iter().filter(|(role, ..)| *role == "owner") {
            let request = stage.ask(key, Method::POST, &ours.at("/keys")).header("idempotency-key", "k");
            made.push(Answer::of(json_body(request, &body)).await?.made()?);
        }
    }
    assert_eq!((&made[0]["id"], &made[1]["id"]), (&made[2]["id"], &made[3]["id"]));
    assert_ne!(made[0]["id"], made[1]["id"]);
    assert_eq!(made[0]["made_by"], format!("user {} (ann@ours.example)", ann.id));
    Ok(())
}

const HOUR_MS: i64 = 3_600_000;

pub async fn a_link_works_once_and_for_as_long_as_it_was_said_to(stage: &Stage) -> Result<()> {
    let ours = stage.tenant("ours").await?;
    let made = invite(stage, &ours.at("/users"), "ann@ours.example", "admin").await?;
    let follow = json!({"token": token(&made)?, "password": PASSWORD});
    let late = invite(stage, &ours.at("/users"), "bob@ours.example", "admin").await?;
    stage.clock.put_forward(7 * 24 * HOUR_MS - 60_000);
    knock(stage, "/sign-in/link", &follow).await?.good()?;
    knock(stage, "/sign-in/link", &follow).await?.problem(410, "link-ended")?;
    knock(stage, "/sign-in/link/look", &json!({"token": token(&late)?})).await?.good()?;
    stage.clock.put_forward(61_000);
    let look = json!({"token": token(&late)?});
    knock(stage, "/sign-in/link/look", &look).await?.problem(410, "link-ended")?;
    let follow = json!({"token": token(&late)?, "password": PASSWORD});
    knock(stage, "/sign-in/link", &follow).await?.problem(410, "link-ended")?;
    let reset = ours.at(&format!("/users/{}/link", made["id"]));
    let reset = json!({"token": token(&stage.post(OPERATOR, &reset, &Value::Null).await?.good()?)?});
    assert_eq!(knock(stage, "/sign-in/link/look", &reset).await?.good()?["purpose"], "reset");
    stage.clock.put_forward(HOUR_MS + 1_000);
    knock(stage, "/sign-in/link/look", &reset).await?.problem(410, "link-ended")?;
    Ok(())
}

pub async fn a_newer_link_takes_the_place_of_the_one_before(stage: &Stage) -> Result<()> {
    let ours = stage.tenant("ours").await?;
    let made = invite(stage, &ours.at("/users"), "ann@ours.example", "admin").await?;
    let path = ours.at(&format!("/users/{}/link", made["id"]));
    let newer = stage.post(OPERATOR, &path, &Value::Null).await?.good()?;
    let follow = |token| json!({"token": token, "password": PASSWORD});
    knock(stage, "/sign-in/link", &follow(token(&made)?)).await?.problem(410, "link-ended")?;
    let both = [follow(token(&newer)?), follow(token(&newer)?)];
    let answers = futures::future::try_join_all(both.iter().map(|body| knock(stage, "/sign-in/link", body)));
    let statuses: Vec<_> = answers.await?.iter().map(|answer| answer.status.as_u16()).collect();
    assert!(statuses == [200, 410] || statuses == [410, 200], "{statuses:?}");
    Ok(())
}

pub fn registry(stage: &Stage) -> Registry {
    Registry::new(&stage.store, stage.bus.clone(), stage.clock.clone())
}

pub async fn the_first_operator_makes_an_account_by_a_link(stage: &Stage) -> Result<()> {
    let first = registry(stage).first_operator().await?.context("a link")?;
    let token = first.link.expose();
    let looked = knock(stage, "/sign-in/link/look", &json!({"token": token})).await?.good()?;
    assert_eq!((&looked["purpose"], &looked["email"]), (&json!("first"), &Value::Null));
    let nobody = json!({"token": token, "password": PASSWORD, "name": "Olga"});
    knock(stage, "/sign-in/link", &nobody).await?.problem(422, "invalid")?;
    let olga =
        json!({"token": token, "password": PASSWORD, "name": "Olga", "email": "olga@provider.example"});
    let answer = knock(stage, "/sign-in/link", &olga).await?;
    let person = Person { id: 0, email: String::new(), cookie: cookie(&answer)? };
    assert_eq!(answer.good()?["role"], "operator");
    knock(stage, "/sign-in/link", &olga).await?.problem(410, "link-ended")?;
    person.get(stage, "/provider/keys").await?.good()?;
    stage.clock.put_forward(25 * HOUR_MS);
    assert!(registry(stage).first_operator().await?.is_none(), "there is an operator");
    Ok(())
}

pub async fn a_demo_is_entered_by_a_link_once(stage: &Stage) -> Result<()> {
    let old = registry(stage).demo_link().await?;
    let link = registry(stage).demo_link().await?;
    let body = |token: &str| json!({"token": token});
    knock(stage, "/sign-in/link", &body(old.expose())).await?.problem(410, "link-ended")?;
    let looked = knock(stage, "/sign-in/link/look", &body(link.expose())).await?.good()?;
    assert_eq!((&looked["purpose"], &looked["needs_password"]), (&json!("demo"), &json!(false)));
    let me = knock(stage, "/sign-in/link", &body(link.expose())).await?.good()?;
    assert_eq!((&me["email"], &me["role"]), (&json!("demo@localhost"), &json!("operator")));
    knock(stage, "/sign-in/link", &body(link.expose())).await?.problem(410, "link-ended")?;
    let guess = json!({"email": "demo@localhost", "password": ""});
    knock(stage, "/sign-in", &guess).await?.problem(401, "wrong-credentials")?;
    Ok(())
}
