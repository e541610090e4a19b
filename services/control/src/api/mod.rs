//! The REST API, `/api/v1`: the only way in for consoles, command lines and tenants' scripts.
//!
//! A request passes [`guard`] (a bound on how many run, a time limit, who is it, how many a minute) and [`query`] (no
//! parameters but those that there are), and then comes to one of the resources. Every route is declared once, for the router and for the OpenAPI document.

mod arrival;
mod audit;
mod body;
mod caller;
mod certificate;
mod cookie;
mod described;
mod docs;
mod door;
mod figures;
mod guard;
mod headers;
mod invitations;
mod keys;
mod kinds;
mod latency;
mod limiter;
mod me;
mod members;
mod names;
mod nodes;
mod openapi;
mod orgs;
mod origin;
mod page;
mod passkeys;
mod personal;
mod problem;
mod providers;
mod proxies;
mod query;
mod serve;
mod show;
mod sites;
mod survey;
mod times;
mod usage;
mod user_providers;
mod users;

use std::{net::IpAddr, sync::Arc};

use axum::{Router, middleware, routing::get};
use tmtp_platform::{Network, Shares};
use tokio::sync::Semaphore;
use utoipa_axum::{router::OpenApiRouter, routes};

pub(crate) use body::{Asked, At, Posted};
pub(crate) use limiter::Who;
pub(crate) use problem::Problem;
pub use providers::ProviderSet;
pub(crate) use serve::Peer;
pub use serve::serve;
pub(crate) use times::shown;

use crate::{
    Options, Registry, console,
    door::{Door, Letters},
    key_hash,
    mail::Mailer,
    sign_in,
};
use limiter::Limiter;

/// Most octets of a request's body.
pub(crate) const BODY_OCTETS: usize = 64 << 10;

/// The requests of one organization, or of one of the provider's callers, have this part of the places.
const SHARE: usize = 4;
/// Those of one subscriber have this part, whoever they are of.
const SUBSCRIBERS_SHARE: usize = 2;

/// What requests share.
pub(crate) struct Api {
    pub registry: Registry,
    /// SHA-256 of the operator's key of the settings.
    pub operator: Option<[u8; 32]>,
    pub limiter: Limiter,
    pub permits: Arc<Semaphore>,
    pub shares: Shares<Who>,
    pub subscribers: Shares<IpAddr>,
    /// Who is believed whom a request comes from.
    pub trusted_proxies: Vec<Network>,
    /// What links begin with.
    pub public_url: String,
    /// The port at which members reach edges.
    pub tmtp_port: u16,
    pub mailer: Mailer,
    pub door: Arc<Door>,
    /// How long a browser keeps a session.
    pub session_seconds: u32,
    /// Whether there is an authority that does.
    pub issues_certificates: bool,
    /// The last look at all sites.
    pub surveys: survey::Surveys,
}

impl Api {
    /// What writes letters with links.
    pub fn letters(&self) -> Letters {
        Letters::new(self.mailer.clone(), &self.public_url)
    }
}

pub(crate) type Shared = Arc<Api>;

/// The whole API over this registry.
pub fn router(registry: Registry, door: Arc<Door>, options: &Options, mailer: Mailer) -> Router {
    let key = options.operator_key.expose();
    let api = Arc::new(Api {
        operator: Some(key).filter(|key| !key.is_empty()).map(key_hash),
        limiter: Limiter::new(options.requests_per_minute_max, Arc::clone(&registry.clock)),
        permits: Arc::new(Semaphore::new(options.requests_at_once_max as usize)),
        shares: Shares::new(options.requests_at_once_max as usize / SHARE),
        subscribers: Shares::new(options.requests_at_once_max as usize / SUBSCRIBERS_SHARE),
        trusted_proxies: options.trusted_proxies.clone(),
        public_url: options.public_url(),
        tmtp_port: options.tmtp_port,
        mailer,
        door,
        session_seconds: options.session_seconds,
        issues_certificates: options.acme.is_set(),
        surveys: survey::Surveys::default(),
        registry,
    });
    let (resources, _) = resources().split_for_parts();
    let (doors, _) = doors().split_for_parts();
    let described = described();
    let document = docs::Document::new(&described);
    let known = middleware::from_fn_with_state(query::Parameters::of(&described), query::check);
    resources
        .layer(known.clone())
        .layer(middleware::from_fn_with_state(Arc::clone(&api), guard::admit))
        .merge(doors.layer(known).layer(middleware::from_fn_with_state(Arc::clone(&api), guard::greet)))
        .merge(sign_in::routes())
        .route(arrival::RETURN, get(arrival::come_back))
        .route("/api/v1/openapi.json", get(docs::openapi))
        .route("/api/v1/docs", get(docs::page))
        .merge(console::routes())
        .fallback(problem::no_route)
        .method_not_allowed_fallback(problem::no_method)
        .layer(axum::Extension(document))
        .layer(middleware::from_fn_with_state(Arc::clone(&api), guard::bound))
        .layer(middleware::from_fn_with_state(Arc::clone(&api), proxies::name_client))
        .with_state(api)
}

/// The API's description, as JSON.
pub fn document() -> String {
    described().to_json().unwrap_or_default()
}

fn described() -> utoipa::openapi::OpenApi {
    let mut document = resources().merge(doors()).into_openapi();
    openapi::complete(&mut document);
    document
}

/// What is open to strangers: the ways in.
fn doors() -> OpenApiRouter<Shared> {
    OpenApiRouter::new()
        .routes(routes!(door::by_password))
        .routes(routes!(door::look))
        .routes(routes!(door::follow))
        .routes(routes!(door::forgotten))
        .routes(routes!(passkeys::ask))
        .routes(routes!(passkeys::enter))
        .routes(routes!(arrival::ways))
        .routes(routes!(arrival::leave))
        .routes(routes!(arrival::finish))
}

fn resources() -> OpenApiRouter<Shared> {
    OpenApiRouter::with_openapi(openapi::base())
        .routes(routes!(me::me))
        .routes(routes!(me::sessions))
        .routes(routes!(me::end_session))
        .routes(routes!(me::set_password))
        .routes(routes!(me::offer_totp, me::remove_totp))
        .routes(routes!(me::confirm_totp))
        .routes(routes!(passkeys::list, passkeys::add))
        .routes(routes!(passkeys::offer))
        .routes(routes!(passkeys::remove))
        .routes(routes!(door::sign_out))
        .routes(routes!(orgs::list, orgs::create))
        .routes(routes!(orgs::show, orgs::change, orgs::remove))
        .routes(routes!(sites::list, sites::create))
        .routes(routes!(sites::show, sites::change))
        .routes(routes!(sites::suspend))
        .routes(routes!(sites::resume))
        .routes(routes!(sites::close))
        .routes(routes!(sites::reopen))
        .routes(routes!(certificate::show, certificate::set, certificate::remove))
        .routes(routes!(certificate::issue, certificate::stop_issuing))
        .routes(routes!(figures::show))
        .routes(routes!(figures::scrape))
        .routes(routes!(usage::show))
        .routes(routes!(usage::export))
        .routes(routes!(usage::show_org))
        .routes(routes!(usage::export_org))
        .routes(routes!(members::list))
        .routes(routes!(members::show, members::remove))
        .routes(routes!(personal::export))
        .routes(routes!(personal::erase))
        .routes(routes!(members::forget_sign_in))
        .routes(routes!(members::suspend))
        .routes(routes!(members::resume))
        .routes(routes!(nodes::list))
        .routes(routes!(nodes::show, nodes::revoke))
        .routes(routes!(names::aliases, names::keep))
        .routes(routes!(names::retire))
        .routes(routes!(names::free))
        .routes(routes!(names::groups))
        .routes(routes!(names::group))
        .routes(routes!(names::drop_member))
        .routes(routes!(names::remove_group))
        .routes(routes!(invitations::list, invitations::create))
        .routes(routes!(invitations::check))
        .routes(routes!(invitations::show, invitations::revoke))
        .routes(routes!(invitations::mail))
        .routes(routes!(providers::list, providers::create))
        .routes(routes!(providers::show, providers::change, providers::remove))
        .routes(routes!(providers::check))
        .routes(routes!(keys::list, keys::create))
        .routes(routes!(keys::show, keys::revoke))
        .routes(routes!(users::list, users::create))
        .routes(routes!(users::show, users::change, users::remove))
        .routes(routes!(users::link))
        .routes(routes!(users::take_totp))
        .routes(routes!(user_providers::unlink))
        .routes(routes!(user_providers::list, user_providers::create))
        .routes(routes!(user_providers::show, user_providers::change, user_providers::remove))
        .routes(routes!(user_providers::check))
        .routes(routes!(audit::list))
        .routes(routes!(audit::export))
        .routes(routes!(audit::verify))
        .routes(routes!(keys::list_provider, keys::create_provider))
        .routes(routes!(keys::show_provider, keys::revoke_provider))
        .routes(routes!(users::list_provider, users::create_provider))
        .routes(routes!(users::show_provider, users::change_provider, users::remove_provider))
        .routes(routes!(users::link_provider))
        .routes(routes!(users::take_totp_provider))
        .routes(routes!(survey::list_provider))
        .routes(routes!(audit::list_provider))
        .routes(routes!(audit::export_provider))
        .routes(routes!(audit::verify_provider))
}
