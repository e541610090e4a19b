//! The certificate that a site is served with.

use axum::{Json, extract::State, http::StatusCode};
use serde::{Deserialize, Serialize};
use tmtp_platform::Secret;
use tmtp_store::{
    SiteId,
    admin::{Issuing, OrgId, SiteCertificate},
};
use utoipa::ToSchema;

use super::{
    Shared,
    body::{At, Given},
    caller::Caller,
    problem::Problem,
    times::shown,
};
use crate::{
    Need, Registry,
    certificates::{Facts, ISSUED, SOON_MS, covers},
};

/// A certificate for a site.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct CertificateNew {
    /// The site's own certificate, then its issuers' (PEM).
    #[schema(min_length = 1)]
    chain: String,
    /// Its private key (PEM), without a passphrase. It is never shown again.
    #[schema(min_length = 1, value_type = String)]
    key: Secret,
}

/// What a site is served with.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct CertificateState {
    /// The site's own; null: it is served with what the provider's edges have.
    pub own: Option<CertificateShown>,
    /// How it goes where a certificate authority issues the site's certificates; null: it does not.
    pub automatic: Option<AutomaticShown>,
    /// Whether the provider has set up a certificate authority.
    pub automatic_is_offered: bool,
}

/// A certificate authority issues the site's certificates, and renews them long before they end.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct AutomaticShown {
    /// `waiting` for the first, `good`, or `failing`: the last try failed.
    pub state: String,
    /// Why the last try failed.
    pub problem: Option<String>,
    /// When the next certificate is asked for; before, if the site's host names change.
    #[schema(format = DateTime)]
    pub next_at: String,
    /// Who wanted it.
    pub made_by: String,
    /// Since when.
    #[schema(format = DateTime)]
    pub created_at: String,
}

/// A site's own certificate. Its key is not shown.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct CertificateShown {
    /// The host names that it is for.
    pub names: Vec<String>,
    /// Host names of the site that it is not for: these are served with what the provider's edges have.
    pub uncovered: Vec<String>,
    /// Who issued it.
    pub issuer: String,
    /// Nobody but itself: members must write `=` before the address.
    pub self_signed: bool,
    /// From when on it is good.
    #[schema(format = DateTime)]
    pub begins_at: String,
    /// When the first certificate of its chain ends.
    #[schema(format = DateTime)]
    pub expires_at: String,
    /// `good`, `ends-soon` within 21 days, or `ended`.
    pub state: String,
    /// SHA-256 of the certificate, in hexadecimal.
    pub sha256: String,
    /// Who brought it.
    pub made_by: String,
    /// When it came.
    #[schema(format = DateTime)]
    pub created_at: String,
    /// The chain (PEM).
    pub chain: String,
}

/// Show what a site is served with.
#[utoipa::path(get, path = "/api/v1/orgs/{org}/sites/{site}/certificate", tag = "sites",
    operation_id = "showCertificate", params(("org" = i64, Path), ("site" = i64, Path)),
    responses((status = 200, body = CertificateState)))]
pub(super) async fn show(
    State(api): State<Shared>,
    caller: Caller,
    At((org, site)): At<(i64, i64)>,
) -> Result<Json<CertificateState>, Problem> {
    state(&api, (caller.at(org, Need::Look)?, SiteId(site))).await
}

/// Serve a site with a certificate of its own. Edges take it up at once.
#[utoipa::path(put, path = "/api/v1/orgs/{org}/sites/{site}/certificate", tag = "sites",
    operation_id = "setCertificate", request_body = CertificateNew,
    params(("org" = i64, Path), ("site" = i64, Path)), responses((status = 200, body = CertificateState)))]
pub(super) async fn set(
    State(api): State<Shared>,
    caller: Caller,
    At((org, site)): At<(i64, i64)>,
    given: Given<CertificateNew>,
) -> Result<Json<CertificateState>, Problem> {
    let org = caller.at(org, Need::Administer)?;
    let CertificateNew { chain, key } = given.body;
    let at = (org, SiteId(site));
    api.registry.set_certificate(&caller.by, at, &chain, key.expose()).await?;
    state(&api, at).await
}

/// Have a certificate authority issue the site's certificates, and renew them long before they end. It looks whether the
/// site's host names lead to this service: at port 443, by TLS.
#[utoipa::path(put, path = "/api/v1/orgs/{org}/sites/{site}/certificate/automatic", tag = "sites",
    operation_id = "issueCertificates", params(("org" = i64, Path), ("site" = i64, Path)),
    responses((status = 200, body = CertificateState)))]
pub(super) async fn issue(
    State(api): State<Shared>,
    caller: Caller,
    At((org, site)): At<(i64, i64)>,
) -> Result<Json<CertificateState>, Problem> {
    let org = caller.at(org, Need::Administer)?;
    let at = (org, SiteId(site));
    Registry::scope(&mut api.registry.view_of(org).await?, org, at.1).await?;
    if !api.issues_certificates {
        return Err(crate::Error::State(NO_AUTHORITY.to_owned()).into());
    }
    api.registry.issue_certificates(&caller.by, at).await?;
    state(&api, at).await
}

/// Have no more certificates issued. The one that there is serves on until it ends.
#[utoipa::path(delete, path = "/api/v1/orgs/{org}/sites/{site}/certificate/automatic", tag = "sites",
    operation_id = "stopIssuingCertificates", params(("org" = i64, Path), ("site" = i64, Path)),
    responses((status = 204)))]
pub(super) async fn stop_issuing(
    State(api): State<Shared>,
    caller: Caller,
    At((org, site)): At<(i64, i64)>,
) -> Result<StatusCode, Problem> {
    let org = caller.at(org, Need::Administer)?;
    api.registry.stop_issuing(&caller.by, (org, SiteId(site))).await?;
    Ok(StatusCode::NO_CONTENT)
}

const NO_AUTHORITY: &str =
    "the provider has set up no certificate authority (control.acme): bring a certificate of your own";

async fn state(api: &Shared, (org, site): (OrgId, SiteId)) -> Result<Json<CertificateState>, Problem> {
    let mut view = api.registry.view_of(org).await?;
    let scope = Registry::scope(&mut view, org, site).await?;
    let hosts = view.org_site(org, site).await?.ok_or_else(|| Problem::absent("site"))?.site.hosts;
    let own = view.certificate(&scope).await?;
    let automatic = view.issuing(&scope).await?.map(|issuing| match api.issues_certificates {
        true => automatic(issuing, own.as_ref()),
        false => automatic(Issuing { problem: Some(NO_AUTHORITY.to_owned()), ..issuing }, own.as_ref()),
    });
    let own = own.map(|own| certificate(own, &hosts, api.registry.now_ms())).transpose()?;
    Ok(Json(CertificateState { own, automatic, automatic_is_offered: api.issues_certificates }))
}

fn automatic(issuing: Issuing, own: Option<&SiteCertificate>) -> AutomaticShown {
    let state = match (&issuing.problem, own.is_some_and(|own| own.made_by == ISSUED)) {
        (Some(_), _) => "failing",
        (None, false) => "waiting",
        (None, true) => "good",
    };
    AutomaticShown {
        state: state.to_owned(),
        problem: issuing.problem,
        next_at: shown(issuing.next_ms),
        made_by: issuing.made_by,
        created_at: shown(issuing.created_ms),
    }
}

/// Serve a site with what the provider's edges have again.
#[utoipa::path(delete, path = "/api/v1/orgs/{org}/sites/{site}/certificate", tag = "sites",
    operation_id = "removeCertificate", params(("org" = i64, Path), ("site" = i64, Path)),
    responses((status = 204)))]
pub(super) async fn remove(
    State(api): State<Shared>,
    caller: Caller,
    At((org, site)): At<(i64, i64)>,
) -> Result<StatusCode, Problem> {
    let org = caller.at(org, Need::Administer)?;
    api.registry.remove_certificate(&caller.by, (org, SiteId(site))).await?;
    Ok(StatusCode::NO_CONTENT)
}

fn certificate(own: SiteCertificate, hosts: &[String], now_ms: i64) -> Result<CertificateShown, Problem> {
    let Facts { names, issuer, is_self_signed, begins_ms, expires_ms, sha256 } = Facts::of(&own.chain)?;
    let state = match expires_ms - now_ms {
        ..=0 => "ended",
        1..=SOON_MS => "ends-soon",
        _ => "good",
    };
    Ok(CertificateShown {
        names,
        uncovered: hosts.iter().filter(|host| !covers(&own.chain, host)).cloned().collect(),
        issuer,
        self_signed: is_self_signed,
        begins_at: shown(begins_ms),
        expires_at: shown(expires_ms),
        state: state.to_owned(),
        sha256,
        made_by: own.made_by,
        created_at: shown(own.created_ms),
        chain: own.chain,
    })
}
