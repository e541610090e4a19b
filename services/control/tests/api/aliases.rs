//! Aliases by an administrator's doing.

use anyhow::{Context, Result};
use reqwest::Method;
use serde_json::{Value, json};
use tmtp_store::{Name, Owner, SiteId};

use crate::stage::{OPERATOR, Stage, Tenant, encoded};

/// What a member finds who asks for an alias.
async fn is_free(stage: &Stage, ours: &Tenant, alias: &str) -> Result<bool> {
    let owner = Owner::Member(format!("BOB%+{}", ours.name));
    let name = Name { site: SiteId(ours.site), name: alias.to_owned(), owner };
    let mut tx = stage.store.begin(&[]).await?;
    Ok(tx.claim_looks(&name).await?.is_none() && tx.take_name(&name).await?)
}

async fn shown(stage: &Stage, ours: &Tenant, alias: &str) -> Result<Value> {
    let list = stage.get(ours.key("auditor"), &ours.in_site("/aliases")).await?.good()?;
    let items = list["items"].as_array().context("items")?;
    Ok(items.iter().find(|item| item["alias"] == alias).cloned().unwrap_or_default())
}

pub async fn an_alias_is_reserved_for_a_member_and_given_to_it(stage: &Stage) -> Result<()> {
    let ours = stage.tenant("ours").await?;
    let (admin, path) = (ours.key("admin"), ours.in_site("/aliases"));
    let reserve = json!({"alias": "Head of Sales"});
    for _ in 0..2 {
        let kept = stage.post(admin, &path, &reserve).await?.good()?;
        assert_eq!(kept, json!({"alias": "Head of Sales", "uid": null, "reserved": true}));
    }
    assert!(!is_free(stage, &ours, "Head of Sales").await? && !is_free(stage, &ours, "HEAD of Sales").await?);
    let assign = |uid: &str| json!({"alias": "Head of Sales", "uid": uid});
    stage.post(admin, &path, &assign("NOBODY")).await?.problem(404, "absent")?;
    for _ in 0..2 {
        let given = stage.post(admin, &path, &assign(&ours.uid())).await?.good()?;
        assert_eq!(given, json!({"alias": "Head of Sales", "uid": ours.uid(), "reserved": false}));
    }
    let bob = format!("BOB%+{}", ours.name);
    stage.post(admin, &path, &assign(&bob)).await?.problem(409, "alias-taken")?;
    stage.post(admin, &path, &reserve).await?.problem(409, "alias-taken")?;
    // One that nobody ever had is given at once; a group's name and a short one are not.
    stage.post(admin, &path, &json!({"alias": "Duty officer", "uid": bob})).await?.good()?;
    let circle = json!({"alias": "Circle of ours", "uid": bob});
    stage.post(admin, &path, &circle).await?.problem(409, "alias-taken")?;
    stage.post(admin, &path, &json!({"alias": "short"})).await?.problem(422, "invalid")?;
    let log = stage.get(OPERATOR, &ours.at("/audit")).await?.good()?.to_string();
    assert_eq!((log.matches("alias.reserve").count(), log.matches("alias.assign").count()), (1, 2));
    Ok(())
}

pub async fn a_retired_alias_goes_to_nobody_else(stage: &Stage) -> Result<()> {
    let ours = stage.tenant("ours").await?;
    let (admin, alias) = (ours.key("admin"), "ALICE of ours");
    let path = ours.in_site(&format!("/aliases/{}/retire", encoded(alias)));
    for _ in 0..2 {
        let retired = stage.post(admin, &path, &json!({})).await?.good()?;
        assert_eq!(retired, json!({"alias": alias, "uid": null, "reserved": false}));
    }
    assert_eq!(shown(stage, &ours, alias).await?["uid"], Value::Null);
    assert!(!is_free(stage, &ours, alias).await?);
    for uid in [Some(format!("BOB%+{}", ours.name)), Some(ours.uid()), None] {
        let body = json!({"alias": alias, "uid": uid});
        stage.post(admin, &ours.in_site("/aliases"), &body).await?.problem(409, "alias-taken")?;
    }
    let free = ours.in_site(&format!("/aliases/{}", encoded(alias)));
    stage.send(admin, Method::DELETE, &free, &json!({})).await?.problem(409, "state")?;
    let nobodys = ours.in_site("/aliases/Nobody/retire");
    stage.post(admin, &nobodys, &json!({})).await?.problem(404, "absent")?;
    Ok(())
}

pub async fn a_reserved_alias_can_be_let_go(stage: &Stage) -> Result<()> {
    let ours = stage.tenant("ours").await?;
    let admin = ours.key("admin");
    stage.post(admin, &ours.in_site("/aliases"), &json!({"alias": "Head of Sales"})).await?.good()?;
    let path = ours.in_site(&format!("/aliases/{}", encoded("Head of Sales")));
    assert_eq!(stage.send(admin, Method::DELETE, &path, &json!({})).await?.status, 204);
    assert!(is_free(stage, &ours, "Head of Sales").await? && is_free(stage, &ours, "HEAD of Sales").await?);
    assert_eq!(shown(stage, &ours, "Head of Sales").await?, Value::Null);
    stage.send(admin, Method::DELETE, &path, &json!({})).await?.problem(404, "absent")?;
    Ok(())
}
