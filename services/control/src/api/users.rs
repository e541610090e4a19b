//! People who administer an organization, and the provider's.

use std::collections::HashMap;

use axum::{
    Json,
    extract::State,
    http::StatusCode,
    response::{IntoResponse, Response},
};
use serde::{Deserialize, Serialize};
use tmtp_platform::Secret;
use tmtp_store::admin::{Mail, MailOf, OrgId, User, UserId};
use utoipa::ToSchema;

use super::{
    Api, Shared,
    body::{Asked, At, Given},
    caller::Caller,
    headers::{Expected, created, tagged},
    invitations::MailShown,
    page::{Listed, Paging, Search},
    problem::Problem,
    times::shown,
};
use crate::{
    Linked, Need, Role, UserChange, UserPlan,
    door::{Purpose, link_url},
};

/// Somebody who administers.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct UserShown {
    /// Their id.
    pub id: i64,
    /// The address that they sign in with.
    pub email: String,
    /// What they are called.
    pub name: String,
    /// What they may do: `owner`, `admin`, `support`, `auditor`; the provider's: `operator`, `support`, `auditor`.
    pub role: String,
    /// They may not sign in.
    pub suspended: bool,
    /// They chose a password.
    pub has_password: bool,
    /// They have a second factor.
    pub has_totp: bool,
    /// Their version; the ETag in quotation marks.
    pub version: i64,
    /// When they were invited.
    #[schema(format = DateTime)]
    pub created_at: String,
    /// When they signed in last, if they ever did.
    #[schema(format = DateTime)]
    pub signed_in_at: Option<String>,
    /// What became of the last mail with a link that an administrator had sent them; none where none was sent.
    pub mail: Option<MailShown>,
}

impl UserShown {
    fn new(user: User, mail: Option<Mail>, now_ms: i64) -> Self {
        Self {
            mail: mail.map(|mail| MailShown::new(mail, now_ms)),
            id: user.id.0,
            email: user.email,
            name: user.name,
            role: user.role,
            suspended: user.suspended,
            has_password: user.has_password,
            has_totp: user.has_totp,
            version: user.version,
            created_at: shown(user.created_ms),
            signed_in_at: user.signed_in_ms.map(shown),
        }
    }
}

/// Somebody with a link to choose a password.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct UserLinked {
    /// Who.
    #[serde(flatten)]
    pub shown: UserShown,
    /// The link, this once, where no mail is set up: with mail it goes to them alone. Not there either when the same request
    /// had made it before.
    pub link: Option<String>,
    /// It goes to them by mail. `mail` tells why it cannot.
    pub mailed: bool,
}

/// Somebody to invite.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct UserNew {
    /// The address that they will sign in with.
    #[schema(max_length = 254, pattern = "^[^@\\s]+@[^@\\s]+$")]
    email: String,
    /// What they are called; without, they say so themselves.
    #[schema(max_length = 200)]
    name: Option<String>,
    /// What they may do. Owners and admins are for organizations, operators for the provider.
    #[schema(pattern = "^(operator|owner|admin|support|auditor)$")]
    role: String,
}

/// What to change of a user; what is left out stays. Nobody demotes or suspends themselves.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct UserPatch {
    /// What they are called.
    #[schema(min_length = 1, max_length = 200)]
    name: Option<String>,
    /// What they may do.
    #[schema(pattern = "^(operator|owner|admin|support|auditor)$")]
    role: Option<String>,
    /// They may not sign in; their sessions and links end.
    suspended: Option<bool>,
}

fn role_of(text: &str) -> Result<Role, Problem> {
    let unknown = || format!("role is owner, admin, support, auditor or operator, not `{text}`");
    Role::by_name(text).ok_or_else(|| Problem::invalid(unknown()))
}

async fn shown_now(api: &Api, user: User) -> Result<UserShown, Problem> {
    let (mut view, id) = (api.registry.view_of(user.org).await?, user.id.0);
    let mail = view.mails(user.org, None, id..=id).await?.remove(&id);
    Ok(UserShown::new(user, mail, api.registry.now_ms()))
}

async fn answer(api: &Api, user: User) -> Result<Response, Problem> {
    let version = user.version;
    Ok(tagged(shown_now(api, user).await?, version))
}

/// The user with the link, which is sent where mail is.
async fn linked(
    api: &Api,
    user: User,
    purpose: Purpose,
    token: Option<Secret>,
) -> Result<UserLinked, Problem> {
    let Some(token) = token else {
        let shown = shown_now(api, user).await?;
        let mailed = shown.mail.as_ref().is_some_and(|mail| mail.state != "failed");
        return Ok(UserLinked { shown, link: None, mailed });
    };
    let org = api.registry.view_of(user.org).await?.org(user.org).await?.map(|org| org.name);
    let letters = api.letters();
    let mailed = letters.send(&user, org.as_deref(), purpose, &token);
    if letters.are_sent() && !mailed {
        let of = MailOf { org: user.org, site: None, id: user.id.0 };
        api.registry.end_mail(of, Some("too many mails wait")).await;
    }
    // Whoever follows a link proves that the mailbox is theirs, and learns what is nobody else's business: whether the address
    // administers another organization. So those who have one made do not have it, where there is mail.
    let link = (!letters.are_sent()).then(|| link_url(&api.public_url, &token));
    Ok(UserLinked { shown: shown_now(api, user).await?, link, mailed })
}

async fn list_of(
    api: &Api,
    org: OrgId,
    paging: &Paging,
    search: Search,
) -> Result<Json<Listed<UserShown>>, Problem> {
    let mut view = api.registry.view_of(org).await?;
    if org != OrgId::PROVIDER && view.org(org).await?.is_none() {
        return Err(Problem::absent("organization"));
    }
    let rows = view.users(org, &paging.found(search)?).await?;
    let mut mails = match (rows.first(), rows.last()) {
        (Some(first), Some(last)) => view.mails(org, None, first.id.0..=last.id.0).await?,
        _ => HashMap::new(),
    };
    let now = api.registry.now_ms();
    let show = |user: User| {
        let mail = mails.remove(&user.id.0);
        UserShown::new(user, mail, now)
    };
    Ok(Json(paging.listed(rows, |user| user.id, show)?))
}

async fn create_of(
    api: &Api,
    caller: &Caller,
    org: OrgId,
    given: Given<UserNew>,
) -> Result<Response, Problem> {
    let UserNew { email, name, role } = given.body;
    let plan = UserPlan { email, name: name.unwrap_or_default(), role: role_of(&role)? };
    let (made, token) = api.registry.create_user(&caller.by, given.once.as_ref(), org, &plan).await?;
    let user = linked(api, made.clone().into_inner(), Purpose::Invitation, token).await?;
    let path = move |user: &User| match org {
        OrgId::PROVIDER => format!("/api/v1/provider/users/{}", user.id.0),
        org => format!("/api/v1/orgs/{}/users/{}", org.0, user.id.0),
    };
    Ok(created(made, path, |_| Json(user).into_response()))
}

async fn show_of(api: &Api, org: OrgId, user: i64) -> Result<Response, Problem> {
    let found = api.registry.view_of(org).await?.user(org, UserId(user)).await?;
    answer(api, found.ok_or_else(|| Problem::absent("user"))?).await
}

async fn change_of(
    api: &Api,
    caller: &Caller,
    (org, user): (OrgId, i64),
    version: Option<i64>,
    patch: UserPatch,
) -> Result<Response, Problem> {
    let UserPatch { name, role, suspended } = patch;
    let role = role.as_deref().map(role_of).transpose()?;
    let wanted = UserChange { name, role, suspended };
    answer(api, api.registry.change_user(&caller.by, (org, UserId(user)), version, &wanted).await?).await
}

async fn remove_of(api: &Api, caller: &Caller, org: OrgId, user: i64) -> Result<StatusCode, Problem> {
    api.registry.remove_user(&caller.by, org, UserId(user)).await?;
    Ok(StatusCode::NO_CONTENT)
}

async fn take_totp_of(api: &Api, caller: &Caller, org: OrgId, user: i64) -> Result<StatusCode, Problem> {
    if let Some(user) = api.registry.take_totp(&caller.by, org, UserId(user)).await? {
        api.letters().tell_totp_taken(&user, &caller.by.actor);
    }
    Ok(StatusCode::NO_CONTENT)
}

async fn link_of(api: &Api, caller: &Caller, org: OrgId, user: i64) -> Result<Json<UserLinked>, Problem> {
    let Linked { user, purpose, token } = api.registry.link_user(&caller.by, org, UserId(user)).await?;
    Ok(Json(linked(api, user, purpose, Some(token)).await?))
}

/// List an organization's users; `q` looks in names and addresses.
#[utoipa::path(get, path = "/api/v1/orgs/{org}/users", tag = "users", operation_id = "listUsers",
    params(("org" = i64, Path), Paging, Search), responses((status = 200, body = Listed<UserShown>)))]
pub(super) async fn list(
    State(api): State<Shared>,
    caller: Caller,
    At(org): At<i64>,
    Asked(paging): Asked<Paging>,
    Asked(search): Asked<Search>,
) -> Result<Json<Listed<UserShown>>, Problem> {
    list_of(&api, caller.at(org, Need::Own)?, &paging, search).await
}

/// Invite somebody to administer an organization. The link to choose a password goes to them by mail, or is shown this once.
#[utoipa::path(post, path = "/api/v1/orgs/{org}/users", tag = "users", operation_id = "createUser",
    request_body = UserNew,
    params(("org" = i64, Path),
        ("Idempotency-Key" = Option<String>, Header, description = "The same key again makes nothing new")),
    responses((status = 201, body = UserLinked)))]
pub(super) async fn create(
    State(api): State<Shared>,
    caller: Caller,
    At(org): At<i64>,
    given: Given<UserNew>,
) -> Result<Response, Problem> {
    create_of(&api, &caller, caller.at(org, Need::Own)?, given).await
}

/// Show a user.
#[utoipa::path(get, path = "/api/v1/orgs/{org}/users/{user}", tag = "users", operation_id = "showUser",
    params(("org" = i64, Path), ("user" = i64, Path)), responses((status = 200, body = UserShown)))]
pub(super) async fn show(
    State(api): State<Shared>,
    caller: Caller,
    At((org, user)): At<(i64, i64)>,
) -> Result<Response, Problem> {
    show_of(&api, caller.at(org, Need::Own)?, user).await
}

/// Change a user. A new role, or a suspension, counts at once.
#[utoipa::path(patch, path = "/api/v1/orgs/{org}/users/{user}", tag = "users", operation_id = "changeUser",
    request_body = UserPatch,
    params(("org" = i64, Path), ("user" = i64, Path),
        ("If-Match" = String, Header, description = "The ETag that you read, or `*`")),
    responses((status = 200, body = UserShown)))]
pub(super) async fn change(
    State(api): State<Shared>,
    caller: Caller,
    At((org, user)): At<(i64, i64)>,
    Expected(version): Expected,
    given: Given<UserPatch>,
) -> Result<Response, Problem> {
    let org = caller.at(org, Need::Own)?;
    change_of(&api, &caller, (org, user), version, given.body).await
}

/// Remove a user: they are out at once.
#[utoipa::path(delete, path = "/api/v1/orgs/{org}/users/{user}", tag = "users", operation_id = "removeUser",
    params(("org" = i64, Path), ("user" = i64, Path)), responses((status = 204)))]
pub(super) async fn remove(
    State(api): State<Shared>,
    caller: Caller,
    At((org, user)): At<(i64, i64)>,
) -> Result<StatusCode, Problem> {
    remove_of(&api, &caller, caller.at(org, Need::Own)?, user).await
}

/// Make a new link for a user to choose a password, the first or another one. The link before ends.
#[utoipa::path(post, path = "/api/v1/orgs/{org}/users/{user}/link", tag = "users", operation_id = "linkUser",
    params(("org" = i64, Path), ("user" = i64, Path)), responses((status = 200, body = UserLinked)))]
pub(super) async fn link(
    State(api): State<Shared>,
    caller: Caller,
    At((org, user)): At<(i64, i64)>,
) -> Result<Json<UserLinked>, Problem> {
    link_of(&api, &caller, caller.at(org, Need::Own)?, user).await
}

/// Take a lost second factor from a user: their password alone lets them in then.
#[utoipa::path(delete, path = "/api/v1/orgs/{org}/users/{user}/totp", tag = "users", operation_id = "takeTotp",
    params(("org" = i64, Path), ("user" = i64, Path)), responses((status = 204)))]
pub(super) async fn take_totp(
    State(api): State<Shared>,
    caller: Caller,
    At((org, user)): At<(i64, i64)>,
) -> Result<StatusCode, Problem> {
    take_totp_of(&api, &caller, caller.at(org, Need::Own)?, user).await
}

/// List the provider's users.
#[utoipa::path(get, path = "/api/v1/provider/users", tag = "provider", operation_id = "listProviderUsers",
    params(Paging, Search), responses((status = 200, body = Listed<UserShown>)))]
pub(super) async fn list_provider(
    State(api): State<Shared>,
    caller: Caller,
    Asked(paging): Asked<Paging>,
    Asked(search): Asked<Search>,
) -> Result<Json<Listed<UserShown>>, Problem> {
    list_of(&api, caller.at_provider(Need::Own)?, &paging, search).await
}

/// Invite somebody to administer the installation. The link to choose a password goes to them by mail, or is shown this once.
#[utoipa::path(post, path = "/api/v1/provider/users", tag = "provider", operation_id = "createProviderUser",
    request_body = UserNew,
    params(("Idempotency-Key" = Option<String>, Header, description = "The same key again makes nothing new")),
    responses((status = 201, body = UserLinked)))]
pub(super) async fn create_provider(
    State(api): State<Shared>,
    caller: Caller,
    given: Given<UserNew>,
) -> Result<Response, Problem> {
    create_of(&api, &caller, caller.at_provider(Need::Own)?, given).await
}

/// Show one of the provider's users.
#[utoipa::path(get, path = "/api/v1/provider/users/{user}", tag = "provider", operation_id = "showProviderUser",
    params(("user" = i64, Path)), responses((status = 200, body = UserShown)))]
pub(super) async fn show_provider(
    State(api): State<Shared>,
    caller: Caller,
    At(user): At<i64>,
) -> Result<Response, Problem> {
    show_of(&api, caller.at_provider(Need::Own)?, user).await
}

/// Change one of the provider's users. A new role, or a suspension, counts at once.
#[utoipa::path(patch, path = "/api/v1/provider/users/{user}", tag = "provider", operation_id = "changeProviderUser",
    request_body = UserPatch,
    params(("user" = i64, Path), ("If-Match" = String, Header, description = "The ETag that you read, or `*`")),
    responses((status = 200, body = UserShown)))]
pub(super) async fn change_provider(
    State(api): State<Shared>,
    caller: Caller,
    At(user): At<i64>,
    Expected(version): Expected,
    given: Given<UserPatch>,
) -> Result<Response, Problem> {
    let org = caller.at_provider(Need::Own)?;
    change_of(&api, &caller, (org, user), version, given.body).await
}

/// Remove one of the provider's users: they are out at once.
#[utoipa::path(delete, path = "/api/v1/provider/users/{user}", tag = "provider", operation_id = "removeProviderUser",
    params(("user" = i64, Path)), responses((status = 204)))]
pub(super) async fn remove_provider(
    State(api): State<Shared>,
    caller: Caller,
    At(user): At<i64>,
) -> Result<StatusCode, Problem> {
    remove_of(&api, &caller, caller.at_provider(Need::Own)?, user).await
}

/// Make a new link for one of the provider's users to choose a password, the first or another one. The link before ends.
#[utoipa::path(post, path = "/api/v1/provider/users/{user}/link", tag = "provider", operation_id = "linkProviderUser",
    params(("user" = i64, Path)), responses((status = 200, body = UserLinked)))]
pub(super) async fn link_provider(
    State(api): State<Shared>,
    caller: Caller,
    At(user): At<i64>,
) -> Result<Json<UserLinked>, Problem> {
    link_of(&api, &caller, caller.at_provider(Need::Own)?, user).await
}

/// Take a lost second factor from one of the provider's users: their password alone lets them in then.
#[utoipa::path(delete, path = "/api/v1/provider/users/{user}/totp", tag = "provider", operation_id = "takeProviderTotp",
    params(("user" = i64, Path)), responses((status = 204)))]
pub(super) async fn take_totp_provider(
    State(api): State<Shared>,
    caller: Caller,
    At(user): At<i64>,
) -> Result<StatusCode, Problem> {
    take_totp_of(&api, &caller, caller.at_provider(Need::Own)?, user).await
}
