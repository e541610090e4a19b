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
        assert_eq!(
            kept,
            json!({"alias": "Head of Sales", "uid": null, "reserved": true, "invitation": null})
        );
    }
    assert!(!is_free(stage, &ours, "Head of Sales").await? && !is_free(stage, &ours, "HEAD of Sales").await?);
    let assign = |uid: &str| json!({"alias": "Head of Sales", "uid": uid});
    stage.post(admin, &path, &assign("NOBODY")).await?.problem(404, "absent")?;
    for _ in 0..2 {
        let given = stage.post(admin, &path, &assign(&ours.uid())).await?.good()?;
        assert_eq!(
            given,
            json!({"alias": "Head of Sales", "uid": ours.uid(), "reserved": false, "invitation": null})
        );
    }
    let bob = format!("BOB%+{}", ours.name);
    stage.post(admin, &path, &assign(&bob)).await?.problem(409, "alias-taken")?;
    stage.post(admin, &path, &reserve).await?.problem(409, "alias-taken")?;
    // One that nobody ever had is given at once; a group's name, a short one and none at all are not.
    stage.post(admin, &path, &json!({"alias": "Duty officer", "uid": bob})).await?.good()?;
    let circle = json!({"alias": "Circle of ours", "uid": bob});
    stage.post(admin, &path, &circle).await?.problem(409, "alias-taken")?;
    stage.post(admin, &path, &json!({"alias": "short", "uid": bob})).await?.problem(422, "invalid")?;
    stage.post(admin, &path, &json!({"alias": ""})).await?.problem(422, "invalid")?;
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
        assert_eq!(retired, json!({"alias": alias, "uid": null, "reserved": false, "invitation": null}));
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

pub async fn an_alias_that_an_invitation_keeps_goes_with_the_invitation(stage: &Stage) -> Result<()> {
    let ours = stage.tenant("ours").await?;
    let admin = ours.key("admin");
    let body = json!({"alias": "Ann Archer"});
    let made = stage.post(admin, &ours.in_site("/invitations"), &body).await?.made()?;
    let path = ours.in_site(&format!("/aliases/{}", encoded("Ann Archer")));
    let keeper = format!("invitation {}", made["id"]);
    let kept = shown(stage, &ours, "Ann Archer").await?;
    assert_eq!((&kept["invitation"], &kept["reserved"]), (&made["id"], &json!(false)));
    let retired = stage.post(admin, &format!("{path}/retire"), &json!({})).await?.problem(409, "state")?;
    let freed = stage.send(admin, Method::DELETE, &path, &json!({})).await?.problem(409, "state")?;
    assert!(retired.contains(&keeper) && freed.contains(&keeper), "{retired} {freed}");
    let invitation = ours.in_site(&format!("/invitations/{}", made["id"]));
    assert!(stage.send(admin, Method::DELETE, &invitation, &json!({})).await?.status.is_success());
    stage.post(admin, &ours.in_site("/aliases"), &body).await?.good()?;
    stage.post(admin, &format!("{path}/retire"), &json!({})).await?.good()?;
    assert!(!is_free(stage, &ours, "Ann Archer").await?);
    assert_eq!(shown(stage, &ours, "Ann Archer").await?["invitation"], Value::Null);
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

pub async fn names_that_would_pass_for_the_organization_are_reserved_from_the_beginning(
    stage: &Stage,
) -> Result<()> {
    let org = stage.post(OPERATOR, "/orgs", &json!({"name": "Acme Bank"})).await?.made()?["id"].clone();
    let site = json!({"name": "Acme Treasury", "hosts": ["acme.example"]});
    let made = stage.post(OPERATOR, &format!("/orgs/{org}/sites"), &site).await?.made()?;
    let path = format!("/orgs/{org}/sites/{}", made["id"]);
    let reserved = async || -> Result<Vec<String>> {
        let list = stage.get(OPERATOR, &format!("{path}/aliases")).await?.good()?;
        let items = list["items"].as_array().context("items")?.iter();
        Ok(items.filter(|item| item["reserved"] == true).map(|item| item["alias"].to_string()).collect())
    };
    let site = SiteId(made["id"].as_i64().context("an id")?);
    let may_have = async |alias: &str| -> Result<bool> {
        let name = Name { site, name: alias.to_owned(), owner: Owner::Member("BOB".to_owned()) };
        Ok(stage.store.begin(&[]).await?.claim_looks(&name).await?.is_none())
    };
    for name in ["Acme Bank", "Acme Treasury", "Support", "Administrator"] {
        assert!(reserved().await?.contains(&format!("{name:?}")), "{name}: {:?}", reserved().await?);
    }
    // With a letter of another alphabet, in other letters, with a digit for a letter: it is the look that counts.
    for name in ["Supp\u{43e}rt", "SUPPORT", "Acme B\u{430}nk", "acme treasury", "Adrninistrator"] {
        assert!(!may_have(name).await?, "{name}");
    }
    assert!(may_have("Acme Treasurer").await?);
    // A new name of the site is kept as well, and an administrator may let go of what is not wanted.
    stage.send(OPERATOR, Method::PATCH, &path, &json!({"name": "Acme Vault"})).await?.good()?;
    assert!(reserved().await?.contains(&"\"Acme Vault\"".to_owned()) && !may_have("ACME VAULT").await?);
    let one = format!("{path}/aliases/Support");
    assert_eq!(stage.send(OPERATOR, Method::DELETE, &one, &json!({})).await?.status, 204);
    assert!(may_have("SUPPORT").await?);
    stage.send(OPERATOR, Method::PATCH, &path, &json!({"name": "Acme Safe"})).await?.good()?;
    assert!(may_have("SUPPORT").await? && !may_have("ACME SAFE").await?, "what was let go of stays so");
    // Short as it is, it can be reserved anew.
    let again = json!({"alias": "Support"});
    stage.post(OPERATOR, &format!("{path}/aliases"), &again).await?.good()?;
    assert!(!may_have("SUPPORT").await?);
    Ok(())
}

pub async fn a_sites_former_name_can_be_had_again_unless_an_administrator_wants_it_kept(
    stage: &Stage,
) -> Result<()> {
    let org = stage.post(OPERATOR, "/orgs", &json!({"name": "Acme Works"})).await?.made()?["id"].clone();
    let site = json!({"name": "Works Chat", "hosts": ["works.example"]});
    let made = stage.post(OPERATOR, &format!("/orgs/{org}/sites"), &site).await?.made()?;
    let path = format!("/orgs/{org}/sites/{}", made["id"]);
    let site = SiteId(made["id"].as_i64().context("an id")?);
    let may_have = async |alias: &str| -> Result<bool> {
        let name = Name { site, name: alias.to_owned(), owner: Owner::Member("BOB".to_owned()) };
        let mut tx = stage.store.begin(&[]).await?;
        Ok(tx.claim_looks(&name).await?.is_none() && tx.take_name(&name).await?)
    };
    let rename =
        async |name: &str| stage.send(OPERATOR, Method::PATCH, &path, &json!({"name": name})).await?.good();
    let reserve = json!({"alias": "Works Talk"});
    // Another one that looks like it is kept in its place, and the site's own audit says both.
    rename("W0RKS CHAT").await?;
    assert!(!may_have("W0RKS CHAT").await? && !may_have("Works Chat").await?);
    rename("Works Talk").await?;
    assert!(may_have("W0RKS CHAT").await? && may_have("works chat").await? && !may_have("works talk").await?);
    let log = stage.get(OPERATOR, &format!("/orgs/{org}/audit?action=site.change")).await?.good()?;
    let last = &log["items"][0];
    assert_eq!(
        (&last["was"]["reserved"], &last["became"]["reserved"]),
        (&json!(["W0RKS CHAT"]), &json!(["Works Talk"]))
    );
    // The administrator wants this one, whatever the site is called; twice is as good as once.
    for _ in 0..2 {
        stage.post(OPERATOR, &format!("{path}/aliases"), &reserve).await?.good()?;
    }
    let log = stage.get(OPERATOR, &format!("/orgs/{org}/audit?action=alias.reserve")).await?.good()?;
    assert_eq!(log["items"].as_array().map(Vec::len), Some(1), "{log}");
    // Names that are kept for another reason stay: an office, and the organization's.
    for (name, stays) in [("Support", "Works Talk"), ("Acme Works", "Support"), ("Works Post", "Acme Works")]
    {
        rename(name).await?;
        assert!(!may_have(stays).await?, "{stays}");
    }
    // One that an administrator had reserved before it was the site's.
    stage.post(OPERATOR, &format!("{path}/aliases"), &json!({"alias": "Works Mail"})).await?.good()?;
    rename("Works Mail").await?;
    assert!(may_have("Works Post").await?);
    rename("Works News").await?;
    assert!(!may_have("Works Mail").await? && !may_have("Works News").await?);
    Ok(())
}
