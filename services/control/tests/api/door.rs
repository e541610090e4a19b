//! People at the door, and what they change of their own accounts.

use std::time::Duration;

use anyhow::{Context, Result, ensure};
use reqwest::Method;
use serde_json::{Value, json};
use tmtp_platform::Clock as _;
use totp_rs::{Builder, Secret};

use crate::{
    people::{PASSWORD, Person, cookie, knock, person, token},
    stage::{Answer, OPERATOR, Stage, Tenant, json_body},
};

const HOUR_MS: i64 = 3_600_000;
const MINUTE_MS: i64 = 60_000;

async fn ann(stage: &Stage) -> Result<(Tenant, Person)> {
    let ours = stage.tenant("ours").await?;
    let ann = person(stage, &ours.at("/users"), "ann@ours.example", "owner").await?;
    Ok((ours, ann))
}

async fn try_in(stage: &Stage, password: &str, code: Option<&str>) -> Result<Answer> {
    let body = json!({"email": "ann@ours.example", "password": password, "code": code});
    knock(stage, "/sign-in", &body).await
}

pub async fn a_wrong_password_an_unknown_mail_and_a_suspended_user_get_the_same_answer(
    stage: &Stage,
) -> Result<()> {
    let (ours, _ann) = ann(stage).await?;
    let bob = person(stage, &ours.at("/users"), "bob@ours.example", "admin").await?;
    let path = ours.at(&format!("/users/{}", bob.id));
    stage.send(OPERATOR, Method::PATCH, &path, &json!({"suspended": true})).await?.good()?;
    let mut answers = Vec::new();
    for (email, password) in [
        ("ann@ours.example", "a cow on the Moon"),
        ("nobody@ours.example", PASSWORD),
        ("bob@ours.example", PASSWORD),
        ("carol@ours.example", PASSWORD),
        ("carol@ours.example", ""),
        ("x\0", PASSWORD),
    ] {
        let answer = knock(stage, "/sign-in", &json!({"email": email, "password": password})).await?;
        ensure!(answer.header("set-cookie").is_empty(), "{email}");
        answers.push(answer.body.clone());
        answer.problem(401, "wrong-credentials")?;
    }
    assert!(answers.iter().all(|answer| *answer == answers[0]), "{answers:?}");
    Ok(())
}

pub async fn a_session_ends_when_idle_and_however_busy_in_the_end(stage: &Stage) -> Result<()> {
    let (_, ann) = ann(stage).await?;
    for _ in 0..4 {
        stage.clock.put_forward(12 * HOUR_MS - MINUTE_MS);
        ann.get(stage, "/me").await?.good()?;
    }
    stage.clock.put_forward(12 * HOUR_MS + MINUTE_MS);
    ann.get(stage, "/me").await?.problem(401, "unauthorized")?;
    let busy = Person { cookie: cookie(&try_in(stage, PASSWORD, None).await?)?, ..ann };
    for _ in 0..16 {
        stage.clock.put_forward(10 * HOUR_MS);
        busy.get(stage, "/me").await?.good()?;
    }
    stage.clock.put_forward(8 * HOUR_MS);
    busy.get(stage, "/me").await?.problem(401, "unauthorized")?;
    Ok(())
}

pub async fn a_cross_site_request_with_the_cookie_is_refused(stage: &Stage) -> Result<()> {
    let (ours, ann) = ann(stage).await?;
    let url = stage.url(&format!("/api/v1{}", ours.at("/keys")));
    let body = json!({"name": "x", "role": "auditor"});
    let host = stage.url("");
    let attempts: [(&[(&str, &str)], u16); 6] = [
        (&[("sec-fetch-site", "cross-site")], 403),
        (&[("sec-fetch-site", "same-site"), ("origin", &host)], 403),
        (&[("origin", "https://evil.example")], 403),
        (&[], 403),
        (&[("origin", &host)], 201),
        (&[("sec-fetch-site", "same-origin")], 201),
    ];
    for (headers, status) in attempts {
        let mut request = reqwest::Client::new().post(&url).header("cookie", &ann.cookie);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let answer = Answer::of(json_body(request, &body)).await?;
        ensure!(answer.status == status, "{headers:?}: {}", answer.status);
        if status == 403 {
            answer.problem(403, "cross-site")?;
        }
    }
    let read = reqwest::Client::new().get(&url).header("cookie", &ann.cookie);
    Answer::of(read.header("sec-fetch-site", "cross-site")).await?.good()?;
    let login =
        reqwest::Client::new().post(stage.url("/api/v1/sign-in")).header("origin", "https://evil.example");
    let body = json!({"email": "ann@ours.example", "password": PASSWORD});
    Answer::of(json_body(login, &body)).await?.problem(403, "cross-site")?;
    Ok(())
}

pub async fn the_cookie_is_for_this_host_and_no_script(stage: &Stage) -> Result<()> {
    let (_, ann) = ann(stage).await?;
    let answer = try_in(stage, PASSWORD, None).await?;
    let set = answer.header("set-cookie").to_owned();
    for part in ["__Host-tmtp_session=", "; Path=/;", "; Secure", "; HttpOnly", "; SameSite=Strict"] {
        assert!(set.contains(part), "{part} is missing in: {set}");
    }
    assert!(!set.contains("Domain") && !answer.body.to_string().contains(&cookie(&answer)?[22..]));
    let out = ann.ask(stage, Method::POST, "/sign-out", &Value::Null).await?;
    assert!(out.status == 204 && out.header("set-cookie").contains("Max-Age=0"), "{out:?}");
    ann.get(stage, "/me").await?.problem(401, "unauthorized")?;
    Ok(())
}

pub async fn who_guesses_waits_longer_and_longer_and_others_do_not(stage: &Stage) -> Result<()> {
    let (ours, _ann) = ann(stage).await?;
    person(stage, &ours.at("/users"), "bob@ours.example", "admin").await?;
    let mut waits = Vec::new();
    stage.clock.stop();
    for _ in 0..9 {
        let answer = try_in(stage, "a cow on the Moon", None).await?;
        if answer.status == 429 {
            let wait: i64 = answer.header("retry-after").parse()?;
            answer.problem(429, "too-soon")?;
            waits.push(wait);
            // Not even with the right one.
            try_in(stage, PASSWORD, None).await?.problem(429, "too-soon")?;
            stage.clock.put_forward(wait * 1_000);
            try_in(stage, "a cow on the Moon", None).await?.problem(401, "wrong-credentials")?;
        } else {
            answer.problem(401, "wrong-credentials")?;
        }
    }
    assert_eq!(waits, [1, 2, 4]);
    knock(stage, "/sign-in", &json!({"email": "bob@ours.example", "password": PASSWORD})).await?.good()?;
    stage.clock.put_forward(8_000);
    try_in(stage, PASSWORD, None).await?.good()?;
    for _ in 0..5 {
        try_in(stage, "a cow on the Moon", None).await?.problem(401, "wrong-credentials")?;
    }
    try_in(stage, PASSWORD, None).await?.good()?;
    Ok(())
}

pub async fn a_key_works_while_people_at_the_same_address_must_wait(stage: &Stage) -> Result<()> {
    let (ours, ann) = ann(stage).await?;
    let mut refused = 0;
    for n in 0..40 {
        let body = json!({"email": format!("guess{n}@ours.example"), "password": ""});
        refused += u32::from(knock(stage, "/sign-in", &body).await?.status == 429);
    }
    assert!(refused > 0, "an address has an end of tries");
    stage.get(OPERATOR, "/orgs").await?.good()?;
    stage.get(ours.key("owner"), "/me").await?.good()?;
    ann.get(stage, "/me").await?.good()?;
    Ok(())
}

/// The code of this second factor, so many steps from now.
/// The code of this moment.
fn code(stage: &Stage, secret: &str) -> Result<String> {
    let secret = Secret::try_from_base32(secret).map_err(|error| anyhow::anyhow!("{error:?}"))?;
    let seconds = u64::try_from(stage.clock.unix_ms() / 1_000)?;
    Ok(Builder::new().with_secret(secret).build_noncompliant().generate(seconds).to_string())
}

/// A second factor that somebody set up.
struct Factor {
    secret: String,
    /// The code that it was confirmed with. A moment later there may be another one.
    confirmed: String,
    recovery_codes: Vec<String>,
}

async fn second_factor(stage: &Stage, ann: &Person) -> Result<Factor> {
    let begin = async |body: &Value| ann.ask(stage, Method::POST, "/me/totp", body).await;
    begin(&Value::Null).await?.problem(422, "invalid")?;
    begin(&json!({"password": "a cow on the Moon"})).await?.problem(403, "wrong-credentials")?;
    let offer = begin(&json!({"password": PASSWORD})).await?.good()?;
    let secret = offer["secret"].as_str().context("a secret")?.to_owned();
    ensure!(offer["uri"].as_str().is_some_and(|uri| uri.contains(&secret)), "{offer}");
    let confirm = "/me/totp/confirm";
    ann.ask(stage, Method::POST, confirm, &json!({"code": "abcdef"})).await?.problem(422, "invalid")?;
    assert_eq!(ann.get(stage, "/me").await?.good()?["has_totp"], false, "not confirmed yet");
    let confirmed = code(stage, &secret)?;
    let answer = ann.ask(stage, Method::POST, confirm, &json!({"code": confirmed})).await?.good()?;
    assert_eq!(ann.get(stage, "/me").await?.good()?["has_totp"], true);
    let recovery_codes = serde_json::from_value(answer["recovery_codes"].clone())?;
    Ok(Factor { secret, confirmed, recovery_codes })
}

pub async fn a_code_is_needed_and_works_once(stage: &Stage) -> Result<()> {
    let (_, ann) = ann(stage).await?;
    let Factor { secret, confirmed, .. } = second_factor(stage, &ann).await?;
    try_in(stage, PASSWORD, None).await?.problem(401, "code-needed")?;
    try_in(stage, "a cow on the Moon", None).await?.problem(401, "wrong-credentials")?;
    try_in(stage, PASSWORD, Some(&confirmed)).await?.problem(401, "wrong-credentials")?;
    stage.clock.put_forward(60_000);
    let next = code(stage, &secret)?;
    try_in(stage, PASSWORD, Some(&next)).await?.good()?;
    try_in(stage, PASSWORD, Some(&next)).await?.problem(401, "wrong-credentials")?;
    let again = json!({"password": PASSWORD});
    ann.ask(stage, Method::POST, "/me/totp", &again).await?.problem(409, "state")?;
    Ok(())
}

pub async fn a_recovery_code_works_once(stage: &Stage) -> Result<()> {
    let (_, ann) = ann(stage).await?;
    let codes = second_factor(stage, &ann).await?.recovery_codes;
    assert_eq!(codes.len(), 10);
    let typed = codes[3].to_uppercase().replace('-', " ");
    try_in(stage, PASSWORD, Some(&typed)).await?.good()?;
    try_in(stage, PASSWORD, Some(&codes[3])).await?.problem(401, "wrong-credentials")?;
    try_in(stage, PASSWORD, Some(&codes[4])).await?.good()?;
    Ok(())
}

pub async fn a_reset_link_does_not_stand_in_for_a_second_factor(stage: &Stage) -> Result<()> {
    let (ours, ann) = ann(stage).await?;
    let codes = second_factor(stage, &ann).await?.recovery_codes;
    let path = ours.at(&format!("/users/{}/link", ann.id));
    let token = token(&stage.post(OPERATOR, &path, &Value::Null).await?.good()?)?;
    let look = knock(stage, "/sign-in/link/look", &json!({"token": token})).await?.good()?;
    assert_eq!(look["needs_code"], true);
    let new = "a sheep on the moon";
    let follow = |code: Option<&str>| json!({"token": token, "password": new, "code": code});
    knock(stage, "/sign-in/link", &follow(None)).await?.problem(401, "code-needed")?;
    knock(stage, "/sign-in/link", &follow(Some("000000"))).await?.problem(401, "wrong-credentials")?;
    try_in(stage, new, None).await?.problem(401, "wrong-credentials")?;
    knock(stage, "/sign-in/link", &follow(Some(&codes[0]))).await?.good()?;
    ann.get(stage, "/me").await?.problem(401, "unauthorized")?;
    try_in(stage, new, Some(&codes[1])).await?.good()?;
    Ok(())
}

pub async fn a_second_factor_is_removed_by_password_only(stage: &Stage) -> Result<()> {
    let (_, ann) = ann(stage).await?;
    let codes = second_factor(stage, &ann).await?.recovery_codes;
    let remove = async |password: &str| {
        ann.ask(stage, Method::DELETE, "/me/totp", &json!({"password": password})).await
    };
    remove("a cow on the Moon").await?.problem(403, "wrong-credentials")?;
    try_in(stage, PASSWORD, None).await?.problem(401, "code-needed")?;
    assert_eq!(remove(PASSWORD).await?.status, 204);
    try_in(stage, PASSWORD, None).await?.good()?;
    second_factor(stage, &ann).await?;
    try_in(stage, PASSWORD, Some(&codes[0])).await?.problem(401, "wrong-credentials")?;
    Ok(())
}

pub async fn a_lost_second_factor_is_taken_by_another_owner_and_by_nobody_of_themselves(
    stage: &Stage,
) -> Result<()> {
    let (ours, ann) = ann(stage).await?;
    let bob = person(stage, &ours.at("/users"), "bob@ours.example", "owner").await?;
    let codes = second_factor(stage, &ann).await?.recovery_codes;
    let path = ours.at(&format!("/users/{}/totp", ann.id));
    ann.ask(stage, Method::DELETE, &path, &Value::Null).await?.problem(409, "state")?;
    let admin = ours.key("admin");
    stage.send(admin, Method::DELETE, &path, &Value::Null).await?.problem(403, "forbidden")?;
    try_in(stage, PASSWORD, None).await?.problem(401, "code-needed")?;
    for _ in 0..2 {
        assert_eq!(bob.ask(stage, Method::DELETE, &path, &Value::Null).await?.status, 204);
    }
    try_in(stage, PASSWORD, None).await?.good()?;
    let log = stage.get(OPERATOR, &ours.at("/audit?action=user.totp-taken")).await?.good()?;
    let lines = log["items"].as_array().context("lines")?;
    assert_eq!(lines.len(), 1, "once is as good as twice: {log}");
    let who = json!(format!("user {} (bob@ours.example)", bob.id));
    assert_eq!((&lines[0]["target"], &lines[0]["actor"]), (&json!(ann.id.to_string()), &who));
    second_factor(stage, &ann).await?;
    try_in(stage, PASSWORD, Some(&codes[0])).await?.problem(401, "wrong-credentials")?;
    let olga = person(stage, "/provider/users", "olga@provider.example", "operator").await?;
    second_factor(stage, &olga).await?;
    let path = format!("/provider/users/{}/totp", olga.id);
    olga.ask(stage, Method::DELETE, &path, &Value::Null).await?.problem(409, "state")?;
    assert_eq!(stage.send(OPERATOR, Method::DELETE, &path, &Value::Null).await?.status, 204);
    assert_eq!(olga.get(stage, "/me").await?.good()?["has_totp"], false);
    Ok(())
}

pub async fn a_wrong_password_of_somebody_signed_in_stands_in_the_log_and_makes_the_next_wait(
    stage: &Stage,
) -> Result<()> {
    let (ours, ann) = ann(stage).await?;
    stage.clock.stop();
    let session = ann.get(stage, "/me/sessions").await?.good()?["items"][0]["id"].clone();
    let wrong = json!({"password": "a cow on the Moon"});
    let tries = [
        (Method::PUT, "/me/password", json!({"old": "a cow on the Moon", "new": "a sheep on the moon"})),
        (Method::DELETE, "/me/totp", wrong.clone()),
        (Method::POST, "/me/totp", wrong.clone()),
        (Method::POST, "/me/passkeys/offer", wrong.clone()),
        (Method::DELETE, "/me/passkeys/1", wrong.clone()),
        (Method::DELETE, "/me/totp", wrong.clone()),
    ];
    for (n, (method, path, body)) in tries.into_iter().enumerate() {
        ann.ask(stage, method, path, &body).await?.problem(403, "wrong-credentials")?;
        let log = stage.get(OPERATOR, &ours.at("/audit?action=user.password-wrong")).await?.good()?;
        let lines = log["items"].as_array().context("lines")?;
        assert_eq!(lines.len(), n + 1, "{path}");
        let who = format!("user {} (ann@ours.example)", ann.id);
        assert_eq!((&lines[0]["actor"], &lines[0]["address"]), (&json!(who), &json!("127.0.0.1")));
        assert_eq!(lines[0]["became"], json!({"session": session}));
    }
    ann.ask(stage, Method::DELETE, "/me/totp", &wrong).await?.problem(429, "too-soon")?;
    let known = json!({"old": PASSWORD, "new": "a sheep on the moon"});
    ann.ask(stage, Method::PUT, "/me/password", &known).await?.problem(429, "too-soon")?;
    Ok(())
}

pub async fn a_new_password_ends_the_other_sessions(stage: &Stage) -> Result<()> {
    let (_, ann) = ann(stage).await?;
    let other =
        Person { cookie: cookie(&try_in(stage, PASSWORD, None).await?)?, id: 0, email: String::new() };
    let new = "a sheep on the moon";
    let set =
        async |old: &str| ann.ask(stage, Method::PUT, "/me/password", &json!({"old": old, "new": new})).await;
    set("a cow on the Moon").await?.problem(403, "wrong-credentials")?;
    other.get(stage, "/me").await?.good()?;
    assert_eq!(set(PASSWORD).await?.status, 204);
    ann.get(stage, "/me").await?.good()?;
    other.get(stage, "/me").await?.problem(401, "unauthorized")?;
    try_in(stage, PASSWORD, None).await?.problem(401, "wrong-credentials")?;
    try_in(stage, new, None).await?.good()?;
    Ok(())
}

pub async fn a_password_that_anybody_would_try_is_refused(stage: &Stage) -> Result<()> {
    let (_, ann) = ann(stage).await?;
    for bad in ["short", "ANN@ours.example", "Password123", &"x".repeat(201)] {
        let body = json!({"old": PASSWORD, "new": bad});
        ann.ask(stage, Method::PUT, "/me/password", &body).await?.problem(422, "invalid")?;
    }
    try_in(stage, PASSWORD, None).await?.good()?;
    Ok(())
}

pub async fn sessions_are_listed_and_ended(stage: &Stage) -> Result<()> {
    let (ours, ann) = ann(stage).await?;
    let bob = person(stage, &ours.at("/users"), "bob@ours.example", "owner").await?;
    let request = stage.browse(Method::POST, "/sign-in").header("user-agent", "Netscape 4");
    let body = json!({"email": "ann@ours.example", "password": PASSWORD});
    let other = cookie(&Answer::of(json_body(request, &body)).await?)?;
    let other = Person { cookie: other, id: 0, email: String::new() };
    let list = ann.get(stage, "/me/sessions").await?.good()?;
    let items = list["items"].as_array().context("sessions")?;
    assert_eq!(items.len(), 2, "{list}");
    assert_eq!((&items[0]["current"], &items[1]["current"]), (&json!(false), &json!(true)));
    assert_eq!((&items[0]["agent"], &items[0]["address"]), (&json!("Netscape 4"), &json!("127.0.0.1")));
    let path = format!("/me/sessions/{}", items[0]["id"]);
    bob.ask(stage, Method::DELETE, &path, &Value::Null).await?.problem(404, "absent")?;
    other.get(stage, "/me").await?.good()?;
    assert_eq!(ann.ask(stage, Method::DELETE, &path, &Value::Null).await?.status, 204);
    other.get(stage, "/me").await?.problem(401, "unauthorized")?;
    ann.get(stage, "/me").await?.good()?;
    Ok(())
}

pub async fn the_audit_log_has_sign_ins(stage: &Stage) -> Result<()> {
    let (ours, ann) = ann(stage).await?;
    try_in(stage, "a cow on the Moon", None).await?.problem(401, "wrong-credentials")?;
    let path = ours.at("/audit?action=user.sign-in");
    // A failure is logged after its answer.
    let log = loop {
        let log = stage.get(OPERATOR, &path).await?.good()?;
        if log["items"].as_array().is_some_and(|rows| rows.len() == 2) {
            break log;
        }
        tokio::time::sleep(Duration::from_millis(5)).await;
    };
    let who = format!("user {} (ann@ours.example)", ann.id);
    assert_eq!(
        (&log["items"][0]["action"], &log["items"][1]["action"]),
        (&json!("user.sign-in-failed"), &json!("user.sign-in"))
    );
    assert_eq!(
        (&log["items"][0]["target"], &log["items"][1]["actor"]),
        (&json!(ann.id.to_string()), &json!(who))
    );
    assert_eq!(
        (&log["items"][0]["address"], &log["items"][1]["became"]["with"]),
        (&json!("127.0.0.1"), &json!("invitation"))
    );
    assert!(!stage.get(OPERATOR, &ours.at("/audit")).await?.good()?.to_string().contains("moon"));
    Ok(())
}
