//! Invitations: made, shown once, listed, revoked.

use anyhow::{Context, Result};
use reqwest::Method;
use serde_json::{Value, json};
use tmtp_platform::Clock as _;

use crate::stage::{Stage, Tenant};

/// What was made of this.
pub async fn invite(stage: &Stage, tenant: &Tenant, body: Value) -> Result<Value> {
    stage.post(tenant.key("admin"), &tenant.in_site("/invitations"), &body).await?.made()
}

fn later(stage: &Stage, ms: i64) -> String {
    tmtp_wire::Posted(stage.clock.unix_ms() + ms).to_string()
}

pub async fn an_invitations_code_is_shown_once(stage: &Stage) -> Result<()> {
    let ours = stage.tenant("ours").await?;
    let made = invite(stage, &ours, json!({"name": "Ann Archer", "email": "ann@acme.example"})).await?;
    let code = made["code"].as_str().context("a code")?;
    assert_eq!((code.len(), code.matches('-').count()), (19, 3));
    let link = made["link"].as_str().context("a link")?;
    assert!(link.ends_with(&format!("/join/{}?code={code}", ours.site)), "{link}");
    assert_eq!(
        (&made["state"], &made["uses_left"], &made["mailed"]),
        (&json!("pending"), &json!(1), &json!(false))
    );
    let path = ours.in_site(&format!("/invitations/{}", made["id"]));
    for key in ["admin", "support", "auditor"] {
        let shown = stage.get(ours.key(key), &path).await?.good()?;
        assert_eq!(
            (&shown["name"], &shown["code"], &shown["link"]),
            (&json!("Ann Archer"), &Value::Null, &Value::Null)
        );
    }
    let log = stage.get(ours.key("owner"), &ours.at("/audit?action=invitation.")).await?.good()?;
    assert!(!log.to_string().contains(code), "{log}");
    assert_eq!(log["items"][0]["became"]["name"], "Ann Archer");
    Ok(())
}

pub async fn an_invitations_alias_is_kept_for_it_and_free_again_once_it_is_revoked(
    stage: &Stage,
) -> Result<()> {
    let ours = stage.tenant("ours").await?;
    let wanted = json!({"alias": "Ann Archer"});
    let first = invite(stage, &ours, wanted.clone()).await?;
    let path = ours.in_site("/invitations");
    stage.post(ours.key("admin"), &path, &wanted).await?.problem(409, "alias-taken")?;
    let taken = json!({"alias": "ALICE of ours"});
    stage.post(ours.key("admin"), &path, &taken).await?.problem(409, "alias-taken")?;
    let one = ours.in_site(&format!("/invitations/{}", first["id"]));
    for _ in 0..2 {
        assert_eq!(stage.send(ours.key("admin"), Method::DELETE, &one, &Value::Null).await?.status, 204);
    }
    assert_eq!(stage.get(ours.key("admin"), &one).await?.good()?["state"], "revoked");
    invite(stage, &ours, wanted.clone()).await?;
    // What was free once more is kept again, also when the old one is revoked a third time.
    stage.send(ours.key("admin"), Method::DELETE, &one, &Value::Null).await?;
    stage.post(ours.key("admin"), &path, &wanted).await?.problem(409, "alias-taken")?;
    Ok(())
}

pub async fn an_invitation_that_cannot_be_is_told_why(stage: &Stage) -> Result<()> {
    let ours = stage.tenant("ours").await?;
    let path = ours.in_site("/invitations");
    for (body, word) in [
        (json!({"alias": "short"}), "8+ characters"),
        (json!({"alias": "Ann\u{7}Archer"}), "is invalid"),
        (json!({"alias": "Ann Archer", "uses": 2}), "one person"),
        (json!({"uses": 0}), "uses is 0"),
        (json!({"uses": 10_001}), "uses is 10001"),
        (json!({"email": "ann"}), "e-mail"),
        (json!({"email": "ann@acme.example\r\nBcc: x@y.example"}), "e-mail"),
        (json!({"name": ""}), "a name"),
        (json!({"expires_at": "2020-01-01T00:00:00Z"}), "future"),
        (json!({"expires_at": later(stage, 367 * 24 * 3_600_000)}), "366 days"),
        (json!({"for": "Ann"}), "for"),
    ] {
        let said = stage.post(ours.key("admin"), &path, &body).await?.problem(422, "invalid")?;
        assert!(said.contains(word), "{body}: {said}");
    }
    stage.get(ours.key("admin"), &format!("{path}?state=lost")).await?.problem(400, "bad-request")?;
    Ok(())
}

pub async fn invitations_are_found_by_how_they_stand_and_whom_they_are_for(stage: &Stage) -> Result<()> {
    let ours = stage.tenant("ours").await?;
    invite(stage, &ours, json!({"name": "Short", "expires_at": later(stage, 60_000)})).await?;
    invite(stage, &ours, json!({"name": "Long", "email": "Long@acme.example", "uses": 5})).await?;
    stage.clock.put_forward(61_000);
    let found = async |query: &str| -> Result<Vec<Value>> {
        let path = ours.in_site(&format!("/invitations?{query}"));
        let list = stage.get(ours.key("auditor"), &path).await?.good()?;
        let items = list["items"].as_array().context("items")?;
        Ok(items.iter().map(|item| item["name"].clone()).collect())
    };
    assert_eq!(found("state=expired").await?, [json!("Short")]);
    // The rig's own invitation has no name.
    assert_eq!(found("state=pending").await?, [Value::Null, json!("Long")]);
    assert_eq!(found("q=LONG%40acme").await?, [json!("Long")]);
    assert_eq!(found("q=short&state=pending").await?, Vec::<Value>::new());
    Ok(())
}

/// What each of these would come to: made or the problem.
async fn looked_through(
    stage: &Stage,
    tenant: &Tenant,
    invitations: &[Value],
) -> Result<(Value, Vec<String>)> {
    let path = tenant.in_site("/invitations/check");
    let body = json!({"invitations": invitations});
    let checked = stage.post(tenant.key("admin"), &path, &body).await?.good()?;
    let told = |item: &Value| match item["problem"]["type"].as_str() {
        None => "made".to_owned(),
        Some(kind) => format!("{kind}: {}", item["problem"]["detail"].as_str().unwrap_or_default()),
    };
    let items = checked["items"].as_array().context("items")?;
    for item in items {
        assert_eq!(item["made"] == true, item["problem"].is_null(), "{item}");
    }
    let told = items.iter().map(told).collect();
    Ok((checked, told))
}

pub async fn what_would_come_of_invitations_is_told_and_nothing_of_it_is_kept(stage: &Stage) -> Result<()> {
    let ours = stage.tenant("ours").await?;
    let kept = invite(stage, &ours, json!({"alias": "Ann Archer", "email": "ann@acme.example"})).await?;
    let reserved = json!({"alias": "Front desk"});
    stage.post(ours.key("admin"), &ours.in_site("/aliases"), &reserved).await?.good()?;
    let path = ours.in_site("/invitations");
    let before = stage.get(ours.key("admin"), &path).await?.good()?;
    let log = stage.get(ours.key("owner"), &ours.at("/audit")).await?.good()?;
    let rows = [
        (json!({"alias": "Bob Bright", "email": "bob@acme.example"}), "made"),
        (json!({"alias": "ALICE of ours"}), "alias-taken"),
        (json!({"alias": "Front desk"}), "it is reserved"),
        (json!({"alias": "FRONT DESK"}), "looks like another"),
        (json!({"alias": "Ann Archer"}), "keeps it"),
        (json!({"alias": "Circle of ours"}), "a group has it"),
        (json!({"alias": "short"}), "8+ characters"),
        (json!({"email": "no address"}), "e-mail"),
        (json!({"email": "ANN@acme.example", "unless_invited": true}), "is pending"),
        (json!({"email": "ANN@acme.example"}), "made"),
        // As if those before it had been made.
        (json!({"alias": "Bob Bright"}), "keeps it"),
        (json!({"email": "BOB@acme.example", "unless_invited": true}), "invited"),
    ];
    let asked: Vec<_> = rows.iter().map(|(row, _)| row.clone()).collect();
    let (checked, told) = looked_through(stage, &ours, &asked).await?;
    for ((row, word), told) in rows.iter().zip(&told) {
        assert!(told.contains(word), "{row}: {told}");
    }
    assert_eq!(told.len(), rows.len());
    assert!(told[4].contains(&format!("invitation {}", kept["id"])), "{}", told[4]);
    assert_eq!(
        (&checked["takes_invitations"], &checked["sends_mail"]),
        (&json!(false), &json!(false)),
        "it is open"
    );
    assert_eq!(checked["items"][0]["mailed"], false);
    assert_eq!(stage.get(ours.key("admin"), &path).await?.good()?, before);
    assert_eq!(stage.get(ours.key("owner"), &ours.at("/audit")).await?.good()?, log);
    // The very same is what happens, and nothing that was only looked at is in the way.
    stage.post(ours.key("admin"), &path, &rows[1].0).await?.problem(409, "alias-taken")?;
    invite(stage, &ours, rows[0].0.clone()).await?;

    let one = json!({"settings": {"registration": "invitation", "members_max": 1}});
    stage.send(ours.key("admin"), Method::PATCH, &ours.in_site(""), &one).await?.good()?;
    let (checked, _) = looked_through(stage, &ours, &[]).await?;
    assert_eq!(
        (&checked["takes_invitations"], &checked["members_free"]),
        (&json!(true), &json!(0)),
        "the policy, and room for as many members as there may be"
    );
    let many = json!({"invitations": vec![json!({}); 101]});
    let at = ours.in_site("/invitations/check");
    stage.post(ours.key("admin"), &at, &many).await?.problem(422, "invalid")?;
    stage.post(ours.key("support"), &at, &json!({"invitations": []})).await?.problem(403, "forbidden")?;
    Ok(())
}

pub async fn a_list_that_is_sent_again_invites_nobody_twice(stage: &Stage) -> Result<()> {
    let ours = stage.tenant("ours").await?;
    let path = ours.in_site("/invitations");
    let ann = json!({"email": "Ann@acme.example", "unless_invited": true});
    let first = invite(stage, &ours, ann.clone()).await?;
    let again = json!({"email": "ann@ACME.example", "unless_invited": true});
    let said = stage.post(ours.key("admin"), &path, &again).await?.problem(409, "invited")?;
    assert!(said.contains(&format!("invitation {} is pending", first["id"])), "{said}");
    // Who asks for a second one gets it; one that was revoked or has ended is in nobody's way.
    let second = invite(stage, &ours, json!({"email": "ann@acme.example"})).await?;
    for made in [&first, &second] {
        let one = ours.in_site(&format!("/invitations/{}", made["id"]));
        assert_eq!(stage.send(ours.key("admin"), Method::DELETE, &one, &Value::Null).await?.status, 204);
    }
    invite(stage, &ours, ann.clone()).await?;
    stage.clock.put_forward(15 * 24 * 3_600_000);
    invite(stage, &ours, ann).await?;
    Ok(())
}
