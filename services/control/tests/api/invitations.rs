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
