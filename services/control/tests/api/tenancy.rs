//! Every route, asked by one organization for what is another's. The routes come from the API's own description, so a
//! new one is tried as well, or this test fails.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::{Context, Result, bail, ensure};
use reqwest::{Method, RequestBuilder};
use serde_json::{Value, json};
use tmtp_control::Registry;
use tmtp_store::admin::{NewPasskey, OrgId, UserId};
use tokio_util::sync::CancellationToken;

use crate::{
    people::{PASSWORD, Person, knock, person},
    stage::{Answer, OPERATOR, Stage, Tenant, encoded, json_body},
};

/// What stands in paths, by its name there.
pub type Ids = BTreeMap<String, String>;

impl Tenant {
    pub fn ids(&self) -> Ids {
        ids([
            ("org", self.org.to_string()),
            ("site", self.site.to_string()),
            ("uid", encoded(&self.uid())),
            ("node", self.nodes[0].to_string()),
            ("invitation", self.invitation.to_string()),
            ("user_provider", self.user_provider.to_string()),
            ("provider", self.provider.to_string()),
            ("key", self.keys[0].2.to_string()),
            ("user", self.user.to_string()),
            ("alias", encoded(&format!("ALICE of {}", self.name))),
            ("gid", encoded(&format!("Circle of {}", self.name))),
            ("session", "1".to_owned()),
            ("passkey", "1".to_owned()),
        ])
    }
}

fn ids<const N: usize>(named: [(&str, String); N]) -> Ids {
    named.map(|(name, id)| (name.to_owned(), id)).into()
}

/// Whether all these belong to one: what they lead to is there.
fn are_together(ids: &Ids, all: &[Ids]) -> bool {
    all.iter().any(|of_one| ids.iter().all(|(name, id)| of_one.get(name) == Some(id)))
}

/// Who asks.
enum By<'a> {
    Key(&'a str),
    Session(&'a Person),
}

impl By<'_> {
    fn ask(&self, stage: &Stage, method: Method, path: &str) -> RequestBuilder {
        match self {
            Self::Key(key) => stage.ask(key, method, path),
            Self::Session(person) => stage.browse(method, path).header("cookie", &person.cookie),
        }
    }
}

/// What is owners' alone.
const OWN: [&str; 19] = [
    "changeOrg",
    "listKeys",
    "createKey",
    "showKey",
    "revokeKey",
    "listUsers",
    "createUser",
    "showUser",
    "changeUser",
    "removeUser",
    "linkUser",
    "unlinkUser",
    "takeTotp",
    "listUserProviders",
    "createUserProvider",
    "showUserProvider",
    "changeUserProvider",
    "removeUserProvider",
    "checkUserProvider",
];
/// What those do who help members.
const HELP: [&str; 4] = ["suspendMember", "resumeMember", "revokeNode", "checkProvider"];
/// What is administrators' besides.
const ADMINISTER: [&str; 26] = [
    "createSite",
    "changeSite",
    "suspendSite",
    "resumeSite",
    "closeSite",
    "reopenSite",
    "setCertificate",
    "removeCertificate",
    "issueCertificates",
    "stopIssuingCertificates",
    "keepAlias",
    "retireAlias",
    "freeAlias",
    "dropFromGroup",
    "removeGroup",
    "forgetSignIn",
    "removeMember",
    "exportMember",
    "eraseMember",
    "createInvitation",
    "checkInvitations",
    "mailInvitation",
    "revokeInvitation",
    "createProvider",
    "changeProvider",
    "removeProvider",
];

pub struct Route {
    pub method: Method,
    path: String,
    operation: String,
    has_body: bool,
    /// Open to strangers: a way in.
    is_door: bool,
}

pub fn routes() -> Result<Vec<Route>> {
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
            "checkInvitations" => Some(json!({"invitations": [{"alias": "Grabbed by others"}]})),
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
            "offerMyTotp" | "removeMyTotp" => Some(json!({"password": "x"})),
            "offerMyPasskey" | "removeMyPasskey" => Some(json!({"password": PASSWORD})),
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

    /// Which roles may do it in their own organization.
    fn roles(&self) -> Result<&'static [&'static str]> {
        let name = self.operation.as_str();
        Ok(match name {
            "removeOrg" => &[],
            _ if OWN.contains(&name) => &["owner"],
            _ if ADMINISTER.contains(&name) => &["owner", "admin"],
            _ if HELP.contains(&name) => &["owner", "admin", "support"],
            _ if name.contains("Audit") => &["owner", "admin", "auditor"],
            _ if self.method == Method::GET => &["owner", "admin", "support", "auditor"],
            _ => bail!("{name} is new: who may?"),
        })
    }

    fn may(&self, role: &str) -> Result<bool> {
        Ok(role == "operator" || self.roles()?.contains(&role))
    }

    /// The names of the ids in its path.
    fn names(&self) -> impl Iterator<Item = &str> {
        self.path.split('{').skip(1).filter_map(|rest| rest.split('}').next())
    }

    pub fn path(&self, ids: &Ids) -> Result<String> {
        let mut path = self.path.clone();
        for name in self.names() {
            let id = ids.get(name).with_context(|| format!("{name} is a new kind of id; say what it is"))?;
            path = path.replace(&format!("{{{name}}}"), id);
        }
        Ok(path)
    }

    /// Every combination of these that its path can have, each once.
    fn combinations(&self, all: &[Ids]) -> Vec<Ids> {
        let mut combined = vec![Ids::new()];
        for name in self.names() {
            let choice: BTreeSet<_> = all.iter().filter_map(|of_one| of_one.get(name)).collect();
            let with = |(ids, id): (&Ids, &String)| {
                let mut ids = ids.clone();
                ids.insert(name.to_owned(), id.clone());
                ids
            };
            let pairs = combined.iter().flat_map(|ids| choice.iter().map(move |id| (ids, *id)));
            combined = pairs.map(with).collect();
        }
        combined
    }

    async fn ask(&self, stage: &Stage, by: &By<'_>, path: &str) -> Result<Answer> {
        let request = by.ask(stage, self.method.clone(), path).header("if-match", "*");
        Answer::of(match self.body()? {
            Some(body) => json_body(request, &body),
            None => request,
        })
        .await
    }
}

/// All that can be read of an organization, by these ids.
async fn snapshot(stage: &Stage, ids: &Ids) -> Result<Vec<Value>> {
    let mut all = Vec::new();
    for route in routes()?.iter().filter(|route| route.method == Method::GET && route.path.contains("{org}"))
    {
        let mut seen = stage.get(OPERATOR, &route.path(ids)?).await?.good()?;
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

/// The provider's own key and user: what it has and organizations have, too.
async fn providers_ids(stage: &Stage) -> Result<Ids> {
    let key =
        stage.post(OPERATOR, "/provider/keys", &json!({"name": "ours", "role": "auditor"})).await?.made()?;
    let user = person(stage, "/provider/users", "olga@provider.example", "auditor").await?;
    Ok(ids([("key", key["id"].to_string()), ("user", user.id.to_string())]))
}

pub async fn no_ids_but_ones_own_together_lead_anywhere_or_change_anything(stage: &Stage) -> Result<()> {
    let (ours, theirs) = (stage.tenant("ours").await?, stage.tenant("theirs").await?);
    let beside = stage.second_site(&ours, "beside").await?;
    let ann = person(stage, &ours.at("/users"), "ann@ours.example", "owner").await?;
    // A look of the service's at these in the middle of it all would change what is seen.
    let registry = Registry::new(&stage.store, stage.bus.clone(), stage.clock.clone());
    let registry = registry.allowing_private_providers(true);
    registry.look_at_providers(&CancellationToken::new()).await?;
    let tenants = [ours.ids(), beside.ids(), theirs.ids()];
    let all = [&tenants[..], &[providers_ids(stage).await?]].concat();
    let mut before = Vec::new();
    for ids in &tenants {
        before.push(snapshot(stage, ids).await?);
    }
    let keys = ["owner", "admin", "support", "auditor"].map(|role| (role, By::Key(ours.key(role))));
    let people = [("owner", By::Session(&ann)), ("operator", By::Key(OPERATOR))];
    let callers: Vec<_> = keys.iter().chain(&people).collect();
    let mut tried = 0;
    for route in routes()?.iter().filter(|route| route.path.contains("{org}")) {
        for ids in route.combinations(&all) {
            let (is_here, is_there) = (ids["org"] == ours.org.to_string(), are_together(&ids, &all));
            for (role, by) in &callers {
                if is_there && (is_here || *role == "operator") {
                    continue;
                }
                // Who may do no such thing in the organization at all is told that and no more.
                let refused = is_here && !route.may(role)?;
                let (status, kind) = if refused { (403, "forbidden") } else { (404, "absent") };
                let path = route.path(&ids)?;
                let answer = route.ask(stage, by, &path).await?.problem(status, kind);
                answer.with_context(|| format!("{} {path} as {role}", route.method))?;
                tried += 1;
            }
        }
    }
    ensure!(tried > 1_000, "{tried}");
    for (ids, before) in tenants.iter().zip(before) {
        assert_eq!(snapshot(stage, ids).await?, before);
    }
    Ok(())
}

pub async fn ids_of_others_in_bodies_and_questions_lead_nowhere(stage: &Stage) -> Result<()> {
    let (ours, theirs) = (stage.tenant("ours").await?, stage.tenant("theirs").await?);
    let beside = stage.second_site(&ours, "beside").await?;
    for other in [&beside, &theirs] {
        let body = json!({"alias": "Grabbed by us", "uid": other.uid()});
        stage.post(ours.key("owner"), &ours.in_site("/aliases"), &body).await?.problem(404, "absent")?;
    }
    let asked = ours.at(&format!("/audit?site={}", theirs.site));
    let log = stage.get(ours.key("owner"), &asked).await?.good()?;
    assert_eq!(log["items"], json!([]));
    let body = json!({"email": "carol@ours.nowhere.example", "provider": theirs.user_provider});
    knock(stage, "/sign-in/leave", &body).await?.problem(404, "absent")?;
    Ok(())
}

/// Somebody's session and passkey, as they are listed to them.
async fn belongings(stage: &Stage, person: &Person) -> Result<[Value; 2]> {
    let list = async |path| anyhow::Ok(person.get(stage, path).await?.good()?["items"][0].clone());
    Ok([list("/me/sessions").await?, list("/me/passkeys").await?])
}

/// Somebody with a passkey.
async fn with_passkey(stage: &Stage, tenant: &Tenant, name: &str) -> Result<Person> {
    let person =
        person(stage, &tenant.at("/users"), &format!("{name}@{}.example", tenant.name), "owner").await?;
    let (org, user, label) = (OrgId(tenant.org), UserId(person.id), name.to_owned());
    let credential = person.email.clone().into_bytes();
    let mut change = stage.store.admin().begin().await?;
    let new = NewPasskey { org, user, credential, label, kept: "{}".to_owned(), now_ms: 1_000 };
    change.add_passkey(&new).await?.context("a new one")?;
    change.commit().await?;
    Ok(person)
}

pub async fn nobody_ends_a_session_or_removes_a_passkey_of_somebody_else(stage: &Stage) -> Result<()> {
    let (ours, theirs) = (stage.tenant("ours").await?, stage.tenant("theirs").await?);
    let ann = with_passkey(stage, &ours, "ann").await?;
    for other in [with_passkey(stage, &ours, "bob").await?, with_passkey(stage, &theirs, "bob").await?] {
        let [mut session, passkey] = belongings(stage, &other).await?;
        let ids = ids([("session", session["id"].to_string()), ("passkey", passkey["id"].to_string())]);
        let mut tried = 0;
        for route in
            routes()?.iter().filter(|route| route.path.starts_with("/me/") && route.path.contains('{'))
        {
            let answer = route.ask(stage, &By::Session(&ann), &route.path(&ids)?).await?;
            answer.problem(404, "absent").with_context(|| route.operation.clone())?;
            tried += 1;
        }
        assert_eq!(tried, 2);
        let [mut session_now, passkey_now] = belongings(stage, &other).await?;
        (session["used_at"], session_now["used_at"]) = (Value::Null, Value::Null);
        assert_eq!((session_now, passkey_now), (session, passkey));
    }
    Ok(())
}

pub async fn an_organizations_keys_and_people_are_not_among_the_providers(stage: &Stage) -> Result<()> {
    let ours = stage.tenant("ours").await?;
    let before = snapshot(stage, &ours.ids()).await?;
    let mut tried = 0;
    for route in
        routes()?.iter().filter(|route| route.path.starts_with("/provider/") && route.path.contains('{'))
    {
        let answer = route.ask(stage, &By::Key(OPERATOR), &route.path(&ours.ids())?).await?;
        answer.problem(404, "absent").with_context(|| route.operation.clone())?;
        tried += 1;
    }
    ensure!(tried > 5, "{tried}");
    assert_eq!(snapshot(stage, &ours.ids()).await?, before);
    Ok(())
}

pub async fn what_is_the_providers_is_for_the_providers_keys(stage: &Stage) -> Result<()> {
    let ours = stage.tenant("ours").await?;
    let mut tried = 0;
    for route in routes()?.iter().filter(|route| !route.path.contains("{org}")) {
        if route.is_door || matches!(route.operation.as_str(), "me" | "listOrgs") {
            continue;
        }
        let answer = route.ask(stage, &By::Key(ours.key("owner")), &route.path(&ours.ids())?).await?;
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
        let path = route.path(&ours.ids())?;
        for key in ["", "tmtp_wrong"] {
            let answer = route.ask(stage, &By::Key(key), &path).await?;
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
                "org_name": tenant.name, "has_totp": null, "has_password": null, "sends_mail": false, "tmtp_port": 443,
            })
        );
    }
    assert_eq!(stage.get(OPERATOR, "/orgs").await?.good()?["items"].as_array().map(Vec::len), Some(3));
    Ok(())
}

pub async fn a_role_may_do_what_it_is_for_and_no_more(stage: &Stage) -> Result<()> {
    let ours = stage.tenant("ours").await?;
    for route in routes()?.iter().filter(|route| route.path.contains("{org}")) {
        let (name, path) = (route.operation.as_str(), route.path(&ours.ids())?);
        for role in ["auditor", "support", "admin", "owner"] {
            // Whoever may, takes away what the others are to try.
            if route.may(role)? && (route.method == Method::DELETE || name == "eraseMember") {
                continue;
            }
            let status = route.ask(stage, &By::Key(ours.key(role)), &path).await?.status;
            // The site's host is taken at the second try, the provider is nowhere: it got that far.
            let got_that_far =
                status == 409 || (matches!(name, "createProvider" | "createUserProvider") && status == 422);
            let allowed = status.is_success() || got_that_far;
            ensure!(allowed == route.may(role)? && (allowed || status == 403), "{name} as {role}: {status}");
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
