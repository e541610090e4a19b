//! Register and Login.

use std::sync::Arc;

use tmtp_grpc::delivery as grpc;
use tmtp_store::SiteId;
use tonic::Response;

use super::{Answered, count};
use crate::{
    Delivery,
    core::Core,
    fault::Fault,
    link,
    login::{self, Entered, Entrant},
    newcomers,
    refusal::Refusal,
    register::{self, Newcomer},
    sign_in_again::Shown,
};

/// Longest uid that is looked up, and longest secret.
const CREDENTIAL_MAX: usize = 256;

/// A refusal is an answer like any other.
pub(super) fn answer(
    op: &'static str,
    done: Result<grpc::SessionReply, Fault>,
) -> Answered<grpc::SessionReply> {
    if let Err(Fault::Refused(refusal)) = &done {
        count(op, "refused");
        let refused = Some(refusal.to_string());
        return Ok(Response::new(grpc::SessionReply { refused, ..Default::default() }));
    }
    super::answer(op, done)
}

pub(super) async fn register(
    delivery: &Delivery,
    request: grpc::RegisterRequest,
) -> Result<grpc::SessionReply, Fault> {
    let edge = link::edge(request.edge)?;
    let site = delivery.core.sites.find(SiteId(request.site)).await?.ok_or_else(Refusal::register_failure)?;
    let core = &delivery.at(site.id)?.core;
    let alias = request.newalias.filter(|alias| alias != "_");
    let token = request.oidc.as_deref().and_then(newcomers::id_token);
    let voucher = newcomers::vouched(core, &site, token.as_deref(), request.by_certificate).await?;
    let seed = register::seed(&request.seed);
    let newcomer = Newcomer { site, edge, label: request.newnode, alias, voucher, seed };
    let made = core.transact(move |core| register::register(core, newcomer.clone())).await?;
    Ok(grpc::SessionReply {
        session: Some(link::to_grpc(&made.session)),
        nodeid: made.secret,
        alias_error: made.alias_error.map(|refusal| refusal.to_string()),
        ..Default::default()
    })
}

pub(super) async fn login(
    delivery: &Delivery,
    request: grpc::LoginRequest,
) -> Result<grpc::SessionReply, Fault> {
    let edge = link::edge(request.edge)?;
    if request.uid.len() > CREDENTIAL_MAX || request.secret.len() > CREDENTIAL_MAX {
        return Err(Refusal::login_failed().into());
    }
    let site = delivery.core.sites.find(SiteId(request.site)).await?.ok_or_else(Refusal::login_failed)?;
    let core = &delivery.at(site.id)?.core;
    let shown = Shown::new(request.oidc.as_deref().and_then(newcomers::id_token));
    let secret = request.secret.to_vec();
    let mut entrant = Entrant { site, edge, uid: request.uid, secret, former_hash: None, shown };
    // What takes a while is done between transactions, for others wait for turns; each once, if at all.
    let welcome = loop {
        match enter(core, &entrant).await? {
            Entered::In(welcome) => break welcome,
            Entered::Perhaps => entrant.former_hash = Some(core.former.of(&entrant.secret).await?),
            Entered::ToLookAt => entrant.shown = entrant.shown.looked_at(core, &entrant.site).await?,
        }
    };
    Ok(grpc::SessionReply {
        session: Some(link::to_grpc(&welcome.session)),
        ohi: welcome.ohi,
        floor: welcome.floor.0,
        ..Default::default()
    })
}

async fn enter(core: &Arc<Core>, entrant: &Entrant) -> Result<Entered, Fault> {
    let entrant = entrant.clone();
    core.transact(move |core| login::login(core, entrant.clone())).await
}
