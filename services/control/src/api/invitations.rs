//! Invitations to a site.

#![expect(unused_qualifications, reason = "the macro of utoipa writes it so")]

use std::collections::HashMap;

use axum::{
    Json,
    extract::State,
    http::StatusCode,
    response::{IntoResponse, Response},
};
use serde::{Deserialize, Serialize};
use tmtp_platform::Secret;
use tmtp_store::{
    InvitationId, Site, SiteId,
    admin::{Invitation, InvitationState, Mail, MailOf, MailState, OrgId},
};
use utoipa::{IntoParams, ToSchema};

use super::{
    Api, Shared,
    body::{Asked, At, Given},
    caller::Caller,
    headers::created,
    page::{Listed, Paging, Search},
    problem::Problem,
    times::{self, shown},
};
use crate::{
    Created, Error, InvitationPlan, Need, Registry,
    letters::as_it_stands,
    mail::{Letter, Link},
};

/// An invitation to make.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct InvitationNew {
    /// What its member will be called; nobody else can take it meanwhile. Without, the member chooses.
    alias: Option<String>,
    /// Where it is sent, if mail is set up; kept to find it again.
    #[schema(max_length = 254)]
    email: Option<String>,
    /// Whom it is for.
    #[schema(min_length = 1, max_length = 200)]
    name: Option<String>,
    /// How many may register with it; 1 for one with an alias.
    #[serde(default = "once")]
    #[schema(minimum = 1, maximum = 10_000, default = 1)]
    uses: u32,
    /// When it ends, within 366 days; without, after 14 days.
    #[schema(format = DateTime)]
    expires_at: Option<String>,
    /// Refuse it where an invitation for this address is pending or was used: so a list that is sent again invites nobody
    /// twice.
    #[serde(default)]
    #[schema(default = false)]
    unless_invited: bool,
}

impl InvitationNew {
    fn plan(self) -> Result<InvitationPlan, Problem> {
        let Self { alias, email, name, uses, expires_at, unless_invited } = self;
        let expires_ms = expires_at.map(|text| times::read("expires_at", &text)).transpose()?;
        Ok(InvitationPlan { alias, email, name, uses, expires_ms, unless_invited })
    }
}

/// Most invitations that are looked at at a time: other changes of the site's aliases may wait meanwhile.
const CHECKED_MAX: usize = 100;

fn once() -> u32 {
    1
}

/// An invitation.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct InvitationShown {
    /// Its id.
    pub id: i64,
    /// What its member will be called.
    pub alias: Option<String>,
    /// Where it was sent.
    pub email: Option<String>,
    /// Whom it is for.
    pub name: Option<String>,
    /// How many can still register with it.
    pub uses_left: u32,
    /// How many could at first.
    pub uses_max: u32,
    /// `pending`, `used`, `expired` or `revoked`.
    pub state: String,
    /// Who made it.
    pub made_by: String,
    /// When it was made.
    #[schema(format = DateTime)]
    pub created_at: String,
    /// When it ends.
    #[schema(format = DateTime)]
    pub expires_at: Option<String>,
    /// When it was revoked, if it was.
    #[schema(format = DateTime)]
    pub revoked_at: Option<String>,
    /// What became of its mail; none where none was sent.
    pub mail: Option<MailShown>,
}

impl InvitationShown {
    fn new(invitation: Invitation, mail: Option<Mail>, now_ms: i64) -> Self {
        Self {
            mail: mail.map(|mail| MailShown::new(mail, now_ms)),
            id: invitation.id.0,
            state: state_name(invitation.state(now_ms)).to_owned(),
            alias: invitation.alias,
            email: invitation.email,
            name: invitation.name,
            uses_left: invitation.uses_left,
            uses_max: invitation.uses_max,
            made_by: invitation.made_by,
            created_at: shown(invitation.created_ms),
            expires_at: invitation.expires_ms.map(shown),
            revoked_at: invitation.revoked_ms.map(shown),
        }
    }
}

/// What became of the last mail to somebody who was invited.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct MailShown {
    /// `waiting` to be sent, `handed-over` to the mail server, or `failed`.
    pub state: &'static str,
    /// Since when.
    #[schema(format = DateTime)]
    pub since: String,
    /// Why it failed, in the mail server's words.
    pub why: Option<String>,
}

impl MailShown {
    pub fn new(mail: Mail, now_ms: i64) -> Self {
        let mail = as_it_stands(mail, now_ms);
        let state = match mail.state {
            MailState::Waiting => "waiting",
            MailState::HandedOver => "handed-over",
            MailState::Failed => "failed",
        };
        Self { state, since: shown(mail.at_ms), why: Some(mail.why).filter(|why| !why.is_empty()) }
    }
}

/// A new invitation.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct InvitationMade {
    /// What is kept of it.
    #[serde(flatten)]
    pub shown: InvitationShown,
    /// The code, this once: it is kept as a hash only. Not there when the same request had made it before.
    pub code: Option<String>,
    /// Where the invited person is told what to do, with the code; as often shown as the code.
    pub link: Option<String>,
    /// Whether a mail with the link is on its way.
    pub mailed: bool,
}

/// Which invitations.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct InvitationFilter {
    /// Only those that stand like this.
    #[param(pattern = "^(pending|used|expired|revoked)$")]
    state: Option<String>,
}

const STATES: [InvitationState; 4] =
    [InvitationState::Pending, InvitationState::Used, InvitationState::Expired, InvitationState::Revoked];

fn state_name(state: InvitationState) -> &'static str {
    match state {
        InvitationState::Pending => "pending",
        InvitationState::Used => "used",
        InvitationState::Expired => "expired",
        InvitationState::Revoked => "revoked",
    }
}

impl InvitationFilter {
    fn state(&self) -> Result<Option<InvitationState>, Problem> {
        let Some(name) = &self.state else { return Ok(None) };
        let found = STATES.into_iter().find(|state| state_name(*state) == name);
        let unknown = || Problem::bad(format!("state is pending, used, expired or revoked, not `{name}`"));
        found.map(Some).ok_or_else(unknown)
    }
}

/// List a site's invitations; `q` looks in aliases, e-mail addresses and names.
#[utoipa::path(get, path = "/api/v1/orgs/{org}/sites/{site}/invitations", tag = "invitations",
    operation_id = "listInvitations",
    params(("org" = i64, Path), ("site" = i64, Path), Paging, Search, InvitationFilter),
    responses((status = 200, body = Listed<InvitationShown>)))]
pub(super) async fn list(
    State(api): State<Shared>,
    caller: Caller,
    At((org, site)): At<(i64, i64)>,
    Asked(paging): Asked<Paging>,
    Asked(search): Asked<Search>,
    Asked(filter): Asked<InvitationFilter>,
) -> Result<Json<Listed<InvitationShown>>, Problem> {
    let org = caller.at(org, Need::Look)?;
    let mut view = api.registry.view_of(org).await?;
    let scope = Registry::scope(&mut view, org, SiteId(site)).await?;
    let now = api.registry.now_ms();
    let rows = view.invitations(&scope, &paging.found(search)?, filter.state()?, now).await?;
    let mut mails = match (rows.first(), rows.last()) {
        (Some(first), Some(last)) => view.mails(org, Some(SiteId(site)), first.id.0..=last.id.0).await?,
        _ => HashMap::new(),
    };
    let show = |found: Invitation| {
        let mail = mails.remove(&found.id.0);
        InvitationShown::new(found, mail, now)
    };
    Ok(Json(paging.listed(rows, |found| found.id, show)?))
}

/// Invite somebody to a site. The code and the link are shown this once.
#[utoipa::path(post, path = "/api/v1/orgs/{org}/sites/{site}/invitations", tag = "invitations",
    operation_id = "createInvitation", request_body = InvitationNew,
    params(("org" = i64, Path), ("site" = i64, Path),
        ("Idempotency-Key" = Option<String>, Header, description = "The same key again makes nothing new")),
    responses((status = 201, body = InvitationMade)))]
pub(super) async fn create(
    State(api): State<Shared>,
    caller: Caller,
    At((org, site)): At<(i64, i64)>,
    given: Given<InvitationNew>,
) -> Result<Response, Problem> {
    let at = (caller.at(org, Need::Administer)?, SiteId(site));
    let plan = given.body.plan()?;
    let (made, code) = api.registry.create_invitation(&caller.by, given.once.as_ref(), at, &plan).await?;
    let id = match &made {
        Created::New(made) | Created::Before(made) => made.id,
    };
    let link = code.as_ref().map(|code| api.join_link(at.1, code));
    let mailed = match &link {
        Some(link) => api.mail_invitation(at, id, (plan.email, plan.name), link).await,
        None => false,
    };
    let (now, mail) = (api.registry.now_ms(), api.mail_of(at, id).await?);
    let path = |made: &Invitation| format!("/api/v1/orgs/{}/sites/{site}/invitations/{}", at.0.0, made.id.0);
    Ok(created(made, path, |made| {
        let code = code.map(|code| code.expose().to_owned());
        Json(InvitationMade { shown: InvitationShown::new(made, mail, now), code, link, mailed })
            .into_response()
    }))
}

/// Invitations to look through.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct InvitationsAsked {
    /// As each would be made, in their order.
    #[schema(max_items = 100)]
    invitations: Vec<InvitationNew>,
}

/// What would come of invitations.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct InvitationsChecked {
    /// Whether the site's policy lets people with an invitation in.
    pub takes_invitations: bool,
    /// Whether mail is set up; without, whoever invites hands each link over.
    pub sends_mail: bool,
    /// How many members more the site may have.
    pub members_free: u32,
    /// What would come of each.
    pub items: Vec<InvitationChecked>,
}

/// What would come of an invitation.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct InvitationChecked {
    /// Whether it would be made.
    pub made: bool,
    /// Whether a mail with the link would be sent.
    pub mailed: bool,
    /// Why it would not be made.
    pub problem: Option<Problem>,
}

/// Tell what would come of invitations, without making any. Each is looked at as if those before it had been made.
#[utoipa::path(post, path = "/api/v1/orgs/{org}/sites/{site}/invitations/check", tag = "invitations",
    operation_id = "checkInvitations", request_body = InvitationsAsked,
    params(("org" = i64, Path), ("site" = i64, Path)), responses((status = 200, body = InvitationsChecked)))]
pub(super) async fn check(
    State(api): State<Shared>,
    caller: Caller,
    At((org, site)): At<(i64, i64)>,
    given: Given<InvitationsAsked>,
) -> Result<Json<InvitationsChecked>, Problem> {
    let at = (caller.at(org, Need::Administer)?, SiteId(site));
    let asked = given.body.invitations;
    if asked.len() > CHECKED_MAX {
        return Err(Problem::invalid(format!("{CHECKED_MAX} invitations at most are looked at at a time")));
    }
    let plans = asked.into_iter().map(InvitationNew::plan).collect::<Result<Vec<_>, _>>()?;
    let checked = api.registry.check_invitations(&caller.by, at, &plans).await?;
    let sends_mail = api.mailer.is_set();
    let item = |(plan, fault): (&InvitationPlan, Option<Error>)| InvitationChecked {
        made: fault.is_none(),
        mailed: fault.is_none() && sends_mail && plan.email.is_some(),
        problem: fault.map(Problem::from),
    };
    Ok(Json(InvitationsChecked {
        takes_invitations: checked.registration.takes_invitations(),
        sends_mail,
        members_free: checked.members_free,
        items: plans.iter().zip(checked.faults).map(item).collect(),
    }))
}

/// Show an invitation, without its code.
#[utoipa::path(get, path = "/api/v1/orgs/{org}/sites/{site}/invitations/{invitation}", tag = "invitations",
    operation_id = "showInvitation",
    params(("org" = i64, Path), ("site" = i64, Path), ("invitation" = i64, Path)),
    responses((status = 200, body = InvitationShown)))]
pub(super) async fn show(
    State(api): State<Shared>,
    caller: Caller,
    At((org, site, invitation)): At<(i64, i64, i64)>,
) -> Result<Json<InvitationShown>, Problem> {
    let org = caller.at(org, Need::Look)?;
    let mut view = api.registry.view_of(org).await?;
    let scope = Registry::scope(&mut view, org, SiteId(site)).await?;
    let found = view.invitation(&scope, InvitationId(invitation)).await?;
    let found = found.ok_or_else(|| Problem::absent("invitation"))?;
    let mail = view.mails(org, Some(SiteId(site)), invitation..=invitation).await?.remove(&invitation);
    Ok(Json(InvitationShown::new(found, mail, api.registry.now_ms())))
}

/// Mail a pending invitation again. It gets another code, since codes are kept as hashes only: the one before, and its link,
/// are of no use any more.
#[utoipa::path(post, path = "/api/v1/orgs/{org}/sites/{site}/invitations/{invitation}/mail", tag = "invitations",
    operation_id = "mailInvitation",
    params(("org" = i64, Path), ("site" = i64, Path), ("invitation" = i64, Path)),
    responses((status = 200, body = InvitationMade)))]
pub(super) async fn mail(
    State(api): State<Shared>,
    caller: Caller,
    At((org, site, invitation)): At<(i64, i64, i64)>,
) -> Result<Json<InvitationMade>, Problem> {
    let at = (caller.at(org, Need::Administer)?, SiteId(site));
    let id = InvitationId(invitation);
    let (found, code) = api.registry.mail_invitation_again(&caller.by, at, id).await?;
    let link = api.join_link(at.1, &code);
    let whom = (found.email.clone(), found.name.clone());
    let mailed = api.mail_invitation(at, id, whom, &link).await;
    let shown = InvitationShown::new(found, api.mail_of(at, id).await?, api.registry.now_ms());
    let code = Some(code.expose().to_owned());
    Ok(Json(InvitationMade { shown, code, link: Some(link), mailed }))
}

/// Revoke an invitation: nobody can register with it any more.
#[utoipa::path(delete, path = "/api/v1/orgs/{org}/sites/{site}/invitations/{invitation}", tag = "invitations",
    operation_id = "revokeInvitation",
    params(("org" = i64, Path), ("site" = i64, Path), ("invitation" = i64, Path)),
    responses((status = 204)))]
pub(super) async fn revoke(
    State(api): State<Shared>,
    caller: Caller,
    At((org, site, invitation)): At<(i64, i64, i64)>,
) -> Result<StatusCode, Problem> {
    let org = caller.at(org, Need::Administer)?;
    api.registry.revoke_invitation(&caller.by, (org, SiteId(site)), InvitationId(invitation)).await?;
    Ok(StatusCode::NO_CONTENT)
}

impl Api {
    /// Where an invited person is told what to do.
    fn join_link(&self, site: SiteId, code: &Secret) -> String {
        format!("{}/join/{}?code={}", self.public_url, site.0, code.expose())
    }

    /// How members reach a site, as they type it into a client: verified, or not where all this is a demo.
    pub(crate) fn site_address(&self, site: &Site) -> String {
        let mark = if self.public_url.starts_with("https:") { '+' } else { '=' };
        let host = site.hosts.first().map(String::as_str).unwrap_or_default();
        format!("{mark}{host}:{}", self.tmtp_port)
    }

    async fn mail_of(&self, (org, site): (OrgId, SiteId), id: InvitationId) -> Result<Option<Mail>, Problem> {
        let mut view = self.registry.view_of(org).await?;
        Ok(view.mails(org, Some(site), id.0..=id.0).await?.remove(&id.0))
    }

    /// The invitation is made: whatever goes wrong here, its code must be shown.
    async fn mail_invitation(
        &self,
        (org, site): (OrgId, SiteId),
        id: InvitationId,
        (email, name): (Option<String>, Option<String>),
        link: &str,
    ) -> bool {
        let Some(to) = email.filter(|_| self.mailer.is_set()) else { return false };
        let of = MailOf { org, site: Some(site), id: id.0 };
        let letter = self.invitation_letter(site, (to, name), link).await;
        let mailed = letter.is_some_and(|letter| self.mailer.send_of(org, letter, Some(of)));
        if !mailed {
            self.registry.end_mail(of, Some("too many mails wait, or the database was away")).await;
        }
        mailed
    }

    async fn invitation_letter(
        &self,
        site: SiteId,
        (to, name): (String, Option<String>),
        link: &str,
    ) -> Option<Letter> {
        let site = self.registry.view().await.ok()?.site(site).await.ok()??;
        let hello = name.as_ref().map_or("Hello,".to_owned(), |name| format!("Hello {name},"));
        let invited = format!(
            "{} invites you to its messaging: only its members can write there, and its server keeps a message until the \
             devices of everybody it is for have it, not longer.",
            site.name
        );
        Some(Letter {
            to,
            subject: format!("Your invitation to {}", site.name),
            before: vec![hello, invited],
            link: Some(Link { label: "See what to do next".to_owned(), url: link.to_owned() }),
            after: vec!["If you did not expect this, do nothing: the invitation ends by itself.".to_owned()],
        })
    }
}
