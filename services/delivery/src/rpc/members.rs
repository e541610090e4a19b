//! Register and Login.

use tmtp_grpc::delivery as grpc;
use tmtp_store::SiteId;
use tonic::Response;

use super::{Answered, count};
use crate::{
    Delivery,
    fault::Fault,
    link,
    login::{self, Entrant},
    newcomers,
    refusal::Refusal,
    register::{self, Newcomer},
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
    let core = &delivery.core;
    let site = core.sites.find(SiteId(request.site)).await?.ok_or_else(Refusal::register_failure)?;
    let alias = request.newalias.filter(|alias| alias != "_");
    let token = request.oidc.as_deref().and_then(newcomers::id_token);
    let seed = register::seed(&request.seed);
    let newcomer = Newcomer { site, edge, label: request.newnode, alias, token, seed };
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
    let core = &delivery.core;
    let site = core.sites.find(SiteId(request.site)).await?.ok_or_else(Refusal::login_failed)?;
    let entrant = Entrant { site, edge, uid: request.uid, secret: request.secret.to_vec() };
    let welcome = core.transact(move |core| login::login(core, entrant.clone())).await?;
    Ok(grpc::SessionReply {
        session: Some(link::to_grpc(&welcome.session)),
        ohi: welcome.ohi,
        floor: welcome.floor.0,
        ..Default::default()
    })
}
