//! Sessions and sites between our messages and our types: nothing an edge sends is taken on trust.

use tmtp_grpc::delivery as grpc;
use tmtp_store::{NodeId, Session, SiteId};

use crate::fault::Fault;

/// Longest name of an edge, and longest uid: longer ones are none of ours.
const NAME_MAX: usize = 256;

/// The session that a call names.
pub(crate) fn session(given: Option<grpc::Session>) -> Result<Session, Fault> {
    let given = given.ok_or(Fault::Invalid("session is missing"))?;
    if given.uid.is_empty() || given.uid.len() > NAME_MAX || given.site <= 0 || given.node <= 0 {
        return Err(Fault::Invalid("session is not one of ours"));
    }
    Ok(Session { site: SiteId(given.site), node: NodeId(given.node), epoch: given.epoch, uid: given.uid })
}

/// All of the sessions that a call names.
pub(crate) fn sessions(given: Vec<grpc::Session>) -> Result<Vec<Session>, Fault> {
    given.into_iter().map(|one| session(Some(one))).collect()
}

/// A session as an edge is told of it.
pub(crate) fn to_grpc(session: &Session) -> grpc::Session {
    grpc::Session {
        site: session.site.0,
        node: session.node.0,
        epoch: session.epoch,
        uid: session.uid.clone(),
    }
}

/// The name of the edge that calls.
pub(crate) fn edge(name: String) -> Result<String, Fault> {
    match name.len() {
        1..=NAME_MAX => Ok(name),
        _ => Err(Fault::Invalid("edge is missing")),
    }
}
