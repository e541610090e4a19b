//! Every route, asked by one organization for what is another's. The routes come from the API's own description, so a
//! new one is tried as well, or this test fails.

use anyhow::{Context, Result, bail, ensure};
use reqwest::Method;
use serde_json::{Value, json};

use crate::stage::{Answer, OPERATOR, Stage, Tenant, encoded, json_body};

struct Route {
    method: Method,
    path: String,
    operation: String,
    has_body: bool,
    /// Open to strangers: a way in.
    is_door: bool,
}

fn routes() -> Result<Vec<Route>> {
    let document: Value = serde_json::from_str(&tmtp_control::api::document())?;
    let mut routes = Vec::new();
    for (path, item) in document["paths"].as_object().context("paths")? {
        for (method, operation) in item.as_object().context("operations")? {
            routes.push(Route {
                method: method.to_uppercase().parse()?,
                path: path.strip_prefix("/api/v1").context("the prefix")?.to_owned(),
                operation: operation["operationId"].as_str().context("an id")?.to_owned(),
                has_body: operation["requestBody"].is_object(),
                is_door: operation["security"].as_array().is_some_and(Vec::is_empty),
            });
        }
    }
    ensure!(routes.len() > 30, "{}", routes.len());
    Ok(routes)
}

impl Route {
    fn body(&self) -> Result<Option<Value>> {
        Ok(match self.operation.as_str() {
            "createOrg" | "changeOrg" => Some(json!({"name": "grabbed"})),
            "createSite" => Some(json!({"name": "grabbed", "hosts": ["grabbed.example"]})),
            "changeSite" => Some(json!({"name": "grabbed"})),
            "closeSite" => Some(json!({"grace_days": 7})),
            "setCertificate" => {
                let made = crate::certificates::made(&["ours.example"])?;
                Some(json!({"chain": made.chain, "key": made.key}))
            }
            "keepAlias" => Some(json!({"alias": "Grabbed by others"})),
            "createInvitation" => Some(json!({"name": "grabbed"})),
            "createProvider" => Some(json!({"label": "grabbed", "issuer": "http://127.0.0.1:1",
                "settings": {"client_id": "grabbed"}})),
            "createUserProvider" => Some(json!({"label": "grabbed", "issuer": "http://127.0.0.1:1",
                "settings": {"client_id": "grabbed", "email_domains": ["grabbed.example"]}})),
            "changeUserProvider" => Some(json!({"label": "grabbed"})),
            "changeProvider" => Some(json!({"label": "grabbed"})),
            "createKey" => Some(json!({"name": "grabbed", "role": "owner"})),
            "createProviderKey" => Some(json!({"name": "grabbed", "role": "operator"})),
            "createUser" | "createProviderUser" => {
                Some(json!({"email": "grabbed@grabbed.example", "role": "auditor"}))
            }
            "changeUser" | "changeProviderUser" => Some(json!({"name": "grabbed"})),
            "setMyPassword" => Some(json!({"new": "a cow on the moon"})),
            "confirmMyTotp" => Some(json!({"code": "000000"})),
            "removeMyTotp" => Some(json!({"password": "x"})),
            "offerMyPasskey" | "removeMyPasskey" => Some(json!({"password": "x"})),
            "addMyPasskey" => Some(json!({"label": "x", "credential": {}})),
            "signInWithPasskey" => Some(json!({"credential": {}})),
            "signIn" => Some(json!({"email": "carol@ours.example", "password": "x"})),
            "lookAtLink" | "followLink" => Some(json!({"token": "x"})),
            "signInWays" => Some(json!({"email": "carol@ours.example"})),
            "leaveForProvider" => Some(json!({"email": "carol@ours.example", "provider": 1})),
            "finishSignIn" => Some(json!({"code": "000000"})),
            "forgotPassword" => Some(json!({"email": "carol@ours.example"})),
            other if self.has_body => bail!("{other} is new: give it a body here"),
            _ => None,
        })
    }

    /// The path with these organizations' ids: whose organization, and whose things in it.
    fn path(&self, org: &Tenant, inside: &Tenant) -> Result<String> {
        let path = self
            .path
            .replace("{org}", &org.org.to_string())
            .replace("{site}", &inside.site.to_string())
            .replace("{uid}", &encoded(&inside.uid()))
            .replace("{node}", &inside.nodes[0].to_string())
            .replace("{invitation}", &inside.invitation.to_string())
            .replace("{user_provider}", &inside.user_provider.to_string())
            .replace("{provider}", &inside.provider.to_string())
            .replace("{key}", &inside.keys[0].2.to_string())
            .replace("{user}", &inside.user.to_string())
            .replace("{session}", "1")
            .replace("{passkey}", "1")
            .replace("{alias}", &encoded(&format!("ALICE of {}", inside.name)))
            .replace("{gid}", &encoded(&format!("Circle of {}", inside.name)));
        ensure!(!path.contains('{'), "{path}: a new kind of id; say here what it is");
        Ok(path)
    }

    async fn ask(&self, stage: &Stage, key: &str, path: &str) -> Result<Answer> {
        let request = stage.ask(key, self.method.clone(), path).header("if-match", "*");
        Answer::of(match self.body()? {
            Some(body) => json_body(request, &body),
            None => request,
        })
        .await
    }
}

/// All that can be read of an organization.
async fn snapshot(stage: &Stage, tenant: &Tenant) -> Result<Vec<Value>> {
    let mut all = Vec::new();
    for route in routes()?.iter().filter(|route| route.method == Method::GET && route.path.contains("{org}"))
    {
        let mut seen = stage.get(OPERATOR, &route.path(tenant, tenant)?).await?.good()?;
        if let Some(items) = seen.get_mut("items").and_then(Value::as_array_mut) {
            items.iter_mut().for_each(|item| item["used_at"] = Value::Null);
        }
        if let Some(fields) = seen.as_object_mut() {
            fields.remove("used_at");
        }
        all.push(seen);
    }
    ensure!(all.len() > 10);
    Ok(all)
}

pub async fn no_route_leads_to_another_organization_or_changes_anything_of_it(stage: &Stage) -> Result<()> {
    let (ours, theirs) = (stage.tenant("ours").await?, stage.tenant("theirs").await?);
    let before = snapshot(stage, &theirs).await?;
    for route in routes()?.iter().filter(|route| route.path.contains("{org}")) {
        for role in ["owner", "admin", "support", "auditor"] {
            let path = route.path(&theirs, &theirs)?;
            let answer = route.ask(stage, ours.key(role), &path).await?;
            ensure!(answer.status == 404, "{} {path} as {role}: {}", route.method, answer.status);
        }
        let path = route.path(&ours, &theirs)?;
        if path != route.path(&ours, &ours)? {
            for key in [ours.key("owner"), OPERATOR] {
                let answer = route.ask(stage, key, &path).await?;
                ensure!(answer.status == 404, "{} {path}: {}", route.method, answer.status);
            }
        }
    }
    assert_eq!(snapshot(stage, &theirs).await?, before);
    Ok(())
}

pub async fn what_is_the_providers_is_for_the_providers_keys(stage: &Stage) -> Result<()> {
    let ours = stage.tenant("ours").await?;
    let mut tried = 0;
    for route in routes()?.iter().filter(|route| !route.path.contains("{org}")) {
        if route.is_door || matches!(route.operation.as_str(), "me" | "listOrgs") {
            continue;
        }
        let answer = route.ask(stage, ours.key("owner"), &route.path(&ours, &ours)?).await?;
        answer.problem(403, "forbidden").with_context(|| route.operation.clone())?;
        tried += 1;
    }
    ensure!(tried > 5, "{tried}");
    stage.get(ours.key("owner"), "/orgs/0").await?.problem(404, "absent")?;
    stage.get(OPERATOR, "/orgs/0/keys").await?.problem(404, "absent")?;
    Ok(())
}

pub async fn without_a_good_key_there_is_nothing_to_see(stage: &Stage) -> Result<()> {
    let ours = stage.tenant("ours").await?;
    let mut doors = 0;
    for route in routes()? {
        let path = route.path(&ours, &ours)?;
        for key in ["", "tmtp_wrong"] {
            let answer = route.ask(stage, key, &path).await?;
            if route.is_door {
                answer.problem(403, "cross-site").with_context(|| path.clone())?;
                doors += 1;
                continue;
            }
            assert_eq!(answer.header("www-authenticate"), "Bearer", "{path}");
            answer.problem(401, "unauthorized").with_context(|| path.clone())?;
        }
    }
    assert_eq!(doors, 2 * 9, "a new way in: what keeps strangers from anything else?");
    Ok(())
}

pub async fn an_organization_sees_itself_alone_in_the_list(stage: &Stage) -> Result<()> {
    let (ours, theirs) = (stage.tenant("ours").await?, stage.tenant("theirs").await?);
    for tenant in [&ours, &theirs] {
        let list = stage.get(tenant.key("auditor"), "/orgs").await?.good()?;
        assert_eq!(list["items"].as_array().map(Vec::len), Some(1));
        assert_eq!(list["items"][0]["id"], tenant.org);
        let me = stage.get(tenant.key("auditor"), "/me").await?.good()?;
        assert_eq!(
            me,
            json!({
                "kind": "key", "name": "auditor", "email": null, "role": "auditor", "org": tenant.org, "site": null,
                "org_name": tenant.name, "has_totp": null, "tmtp_port": 443,
            })
        );
    }
    assert_eq!(stage.get(OPERATOR, "/orgs").await?.good()?["items"].as_array().map(Vec::len), Some(3));
    Ok(())
}

pub async fn a_role_may_do_what_it_is_for_and_no_more(stage: &Stage) -> Result<()> {
    let ours = stage.tenant("ours").await?;
    // What each may do besides looking.
    let all = [
        "changeOrg",
        "createSite",
        "changeSite",
        "suspendSite",
        "resumeSite",
        "closeSite",
        "reopenSite",
        "setCertificate",
        "issueCertificates",
        "keepAlias",
        "retireAlias",
        "suspendMember",
        "resumeMember",
        "exportMember",
        "createInvitation",
        "createProvider",
        "changeProvider",
        "checkProvider",
    ];
    let own = [
        "listKeys",
        "createKey",
        "showKey",
        "listUsers",
        "createUser",
        "showUser",
        "changeUser",
        "linkUser",
        "listUserProviders",
        "createUserProvider",
        "showUserProvider",
        "changeUserProvider",
        "checkUserProvider",
    ];
    for route in routes()?.iter().filter(|route| route.path.contains("{org}")) {
        let (name, path) = (route.operation.as_str(), route.path(&ours, &ours)?);
        // Whoever may, takes away what the others are to try.
        if route.method == Method::DELETE || name == "eraseMember" {
            continue;
        }
        let is_audit = name.contains("Audit");
        let is_look = route.method == Method::GET && !is_audit && !own.contains(&name);
        let may = |role| match role {
            "owner" => true,
            "admin" => name != "changeOrg" && !own.contains(&name),
            "support" => is_look || matches!(name, "suspendMember" | "resumeMember" | "checkProvider"),
            _ => is_look || is_audit,
        };
        ensure!(is_look || is_audit || all.contains(&name) || own.contains(&name), "{name} is new: who may?");
        for role in ["auditor", "support", "admin", "owner"] {
            let status = route.ask(stage, ours.key(role), &path).await?.status;
            // The site's host is taken at the second try, the provider is nowhere: it got that far.
            let got_that_far =
                status == 409 || (matches!(name, "createProvider" | "createUserProvider") && status == 422);
            let allowed = status.is_success() || got_that_far;
            ensure!(allowed == may(role) && (allowed || status == 403), "{name} as {role}: {status}");
        }
    }
    let path = ours.in_site(&format!("/members/{}/erase", encoded(&format!("BOB%+{}", ours.name))));
    for (role, status) in [("auditor", 403), ("support", 403), ("admin", 200)] {
        assert_eq!(stage.post(ours.key(role), &path, &json!({})).await?.status, status);
    }
    for (role, status) in [("support", 403), ("admin", 204)] {
        let path = ours.in_site(&format!("/members/{}", encoded(&ours.uid())));
        assert_eq!(stage.send(ours.key(role), Method::DELETE, &path, &json!({})).await?.status, status);
    }
    Ok(())
}
