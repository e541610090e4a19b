//! Sites that are closed and erased, and organizations that are removed.

use anyhow::Result;
use reqwest::Method;
use serde_json::{Value, json};
use tmtp_control::Registry;
use tmtp_store::{MemberKey, SiteId, admin::OrgId};

use crate::stage::{OPERATOR, Stage, Tenant};

const DAY_MS: i64 = 24 * 3_600_000;

async fn erase(stage: &Stage) -> Result<()> {
    Ok(Registry::new(&stage.store, stage.bus.clone(), stage.clock.clone()).erase_closed().await?)
}

async fn is_there(stage: &Stage, ours: &Tenant) -> Result<bool> {
    let member = MemberKey { site: SiteId(ours.site), uid: ours.uid() };
    let mut view = stage.store.admin().view().await?;
    let site = view.org_site(OrgId(ours.org), SiteId(ours.site)).await?.is_some();
    let mut tx = stage.store.begin(&[]).await?;
    tx.lock_members(std::slice::from_ref(&member)).await?;
    let name = tx.names(&[(SiteId(ours.site), format!("ALICE of {}", ours.name))]).await?;
    assert_eq!(site, !name.is_empty(), "all or nothing");
    Ok(site)
}

pub async fn a_closed_site_is_erased_when_its_grace_is_over_and_no_other(stage: &Stage) -> Result<()> {
    let (ours, theirs) = (stage.tenant("ours").await?, stage.tenant("theirs").await?);
    // More than one step erases.
    let mut tx = stage.store.begin(&[]).await?;
    for n in 0..1_500 {
        tx.add_member(&MemberKey { site: SiteId(ours.site), uid: format!("M{n}") }, 1).await?;
    }
    tx.commit().await?;
    let path = ours.in_site("/close");
    stage.post(ours.key("support"), &path, &json!({})).await?.problem(403, "forbidden")?;
    stage.post(ours.key("admin"), &path, &json!({"grace_days": 366})).await?.problem(422, "invalid")?;
    let closed = stage.post(ours.key("admin"), &path, &json!({"grace_days": 7})).await?.good()?;
    assert!(closed["suspended"] == true && closed["closing_at"].is_string(), "{closed}");
    erase(stage).await?;
    stage.clock.put_forward(7 * DAY_MS - 60_000);
    erase(stage).await?;
    assert!(is_there(stage, &ours).await?, "the grace is not over");
    stage.clock.put_forward(120_000);
    erase(stage).await?;
    assert!(!is_there(stage, &ours).await? && is_there(stage, &theirs).await?);
    let last = MemberKey { site: SiteId(ours.site), uid: "M1499".to_owned() };
    assert!(stage.store.begin(&[]).await?.active_members(&[last]).await?.is_empty());
    stage.get(ours.key("owner"), &ours.in_site("")).await?.problem(404, "absent")?;
    let log = stage.get(OPERATOR, &ours.at("/audit?action=site.erase")).await?.good()?;
    assert_eq!(
        (&log["items"][0]["actor"], &log["items"][0]["was"]["name"]),
        (&json!("the service"), &json!("ours"))
    );
    // Its host leads to nobody any more.
    let again = json!({"name": "again", "hosts": ["ours.example"]});
    stage.post(theirs.key("owner"), &theirs.at("/sites"), &again).await?.made()?;
    Ok(())
}

pub async fn a_closed_site_can_be_opened_again_while_it_is_there(stage: &Stage) -> Result<()> {
    let ours = stage.tenant("ours").await?;
    let owner = ours.key("owner");
    stage.post(owner, &ours.in_site("/reopen"), &json!({})).await?.problem(409, "state")?;
    stage.post(owner, &ours.in_site("/close"), &json!({})).await?.good()?;
    stage.post(owner, &ours.in_site("/resume"), &json!({})).await?.problem(409, "state")?;
    let open = stage.post(owner, &ours.in_site("/reopen"), &json!({})).await?.good()?;
    assert_eq!((&open["suspended"], &open["closing_at"]), (&json!(false), &Value::Null));
    stage.clock.put_forward(31 * DAY_MS);
    erase(stage).await?;
    assert!(is_there(stage, &ours).await?);
    Ok(())
}

pub async fn a_site_that_is_opened_again_stands_as_it_stood_when_it_was_closed(stage: &Stage) -> Result<()> {
    let ours = stage.tenant("ours").await?;
    let act = async |word: &str| stage.post(ours.key("owner"), &ours.in_site(word), &json!({})).await?.good();
    act("/suspend").await?;
    // That its time is moved is no second closing.
    for word in ["/close", "/close"] {
        assert_eq!(act(word).await?["suspended"], true);
    }
    assert_eq!(act("/reopen").await?["suspended"], true, "its own suspension");
    assert_eq!(act("/resume").await?["suspended"], false);
    act("/close").await?;
    assert_eq!(act("/reopen").await?["suspended"], false, "of the former suspension nothing is left");
    Ok(())
}

pub async fn an_organization_is_removed_when_it_has_no_sites(stage: &Stage) -> Result<()> {
    let (ours, theirs) = (stage.tenant("ours").await?, stage.tenant("theirs").await?);
    let remove = async |key: &str| stage.send(key, Method::DELETE, &ours.at(""), &json!({})).await;
    remove(ours.key("owner")).await?.problem(403, "forbidden")?;
    assert!(remove(OPERATOR).await?.problem(409, "state")?.contains("close them"));
    stage.post(OPERATOR, &ours.in_site("/close"), &json!({"grace_days": 0})).await?.good()?;
    erase(stage).await?;
    assert_eq!(remove(OPERATOR).await?.status, 204);
    remove(OPERATOR).await?.problem(404, "absent")?;
    stage.get(ours.key("owner"), "/me").await?.problem(401, "unauthorized")?;
    stage.get(theirs.key("owner"), "/me").await?.good()?;
    let log = stage.get(OPERATOR, "/provider/audit?action=org.remove").await?.good()?;
    assert_eq!(log["items"][0]["was"]["name"], "ours");
    let verified = stage.get(OPERATOR, "/provider/audit/verify").await?;
    assert!(verified.status.is_success(), "{verified:?}");
    Ok(())
}

pub async fn what_the_provider_suspended_only_the_provider_resumes(stage: &Stage) -> Result<()> {
    let ours = stage.tenant("ours").await?;
    let act = async |key: &str, word: &str| stage.post(key, &ours.in_site(word), &json!({})).await;
    let stands = |site: Value| (site["suspended"] == true, site["held"] == true);
    let owner = ours.key("owner");
    assert_eq!(stands(act(owner, "/suspend").await?.good()?), (true, false), "its own doing");
    assert_eq!(stands(act(OPERATOR, "/suspend").await?.good()?), (true, true));
    assert_eq!(stands(act(owner, "/suspend").await?.good()?), (true, true), "nothing new");
    let said = act(owner, "/resume").await?.problem(409, "state")?;
    assert!(said.contains("ask the provider"), "{said}");
    // No way around: neither by another change, nor by closing and opening.
    let named = stage.send(owner, Method::PATCH, &ours.in_site(""), &json!({"name": "anew"})).await?;
    assert_eq!(stands(named.good()?), (true, true));
    act(owner, "/close").await?.good()?;
    assert_eq!(stands(act(owner, "/reopen").await?.good()?), (true, true));
    act(owner, "/resume").await?.problem(409, "state")?;
    assert_eq!(stands(act(OPERATOR, "/resume").await?.good()?), (false, false));
    // What the organization suspended itself, it resumes.
    act(owner, "/suspend").await?.good()?;
    assert_eq!(stands(act(owner, "/resume").await?.good()?), (false, false));
    let log = stage.get(OPERATOR, &ours.at("/audit?action=site.")).await?.good()?;
    let rows = log["items"].as_array().into_iter().flatten();
    let actions: Vec<_> = rows.filter_map(|row| row["action"].as_str()).collect();
    let told = ["resume", "suspend", "resume", "reopen", "close", "change", "suspend", "suspend", "create"];
    assert_eq!(actions, told.map(|word| format!("site.{word}")));
    Ok(())
}
