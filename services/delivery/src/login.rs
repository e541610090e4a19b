//! Login: a node's session begins, and a former one is fenced off.

use std::sync::Arc;

use tmtp_store::{Begun, MemberKey, NodeId, Session, Site, Tx};
use tmtp_wire::{Message, MsgId};

use crate::{
    admission,
    compose::Outbox,
    core::{self, Core},
    digest::secret_hash,
    edits::notice,
    fanout::Fanout,
    fault::Fault,
    presence,
    refusal::Refusal,
    second_look,
    sign_in_again::{self, Shown},
};

/// Most uids told at once of who is online.
const OHI_MAX: usize = 50_000;

/// Who wants in.
#[derive(Debug, Clone)]
pub(crate) struct Entrant {
    pub site: Arc<Site>,
    pub edge: String,
    pub uid: String,
    pub secret: Vec<u8>,
    /// The secret's hash as the server made it that the node came from; where it was found to be needed.
    pub former_hash: Option<Vec<u8>>,
    /// The token that it shows, and what that is good for once this is known.
    pub shown: Shown,
}

/// What came of a login.
#[derive(Debug)]
pub(crate) enum Entered {
    /// The session began.
    In(Box<Welcome>),
    /// No node has this secret by a hash of ours; one may have it by the hash of the server that it came from.
    Perhaps,
    /// The token that it shows is to be looked at first.
    ToLookAt,
}

/// A session that began.
#[derive(Debug)]
pub(crate) struct Welcome {
    pub session: Session,
    pub ohi: Vec<String>,
    pub floor: MsgId,
}

/// Begins a session.
pub(crate) async fn login(core: Arc<Core>, entrant: Entrant) -> Result<Entered, Fault> {
    let site = &entrant.site;
    if site.suspended {
        return Err(Refusal::login_failed().into());
    }
    let member = MemberKey { site: site.id, uid: entrant.uid.clone() };
    let mut tx = core.store.begin(&[site.id]).await?;
    // First, since the transaction begins with it, in one way to the database.
    tx.hold_nodes(&[site.id]).await?;
    let Some((node, is_former)) = find(&mut *tx, &member, &entrant).await? else {
        let has_more = entrant.former_hash.is_none() && tx.has_former_hash(&member).await?;
        return if has_more { Ok(Entered::Perhaps) } else { Err(Refusal::login_failed().into()) };
    };
    tx.lock_members(std::slice::from_ref(&member)).await?;
    if !sign_in_again::is_done(&core, &mut *tx, (&entrant, &member, node)).await? {
        return Ok(Entered::ToLookAt);
    }
    if is_former {
        tx.renew_hash(site.id, node, &secret_hash(&entrant.secret)).await?;
    }
    let nodes = tx.nodes(std::slice::from_ref(&member)).await?.nodes;
    if let Err(rejected) = admission::admit(&core, site, &nodes, node) {
        admission::doubt(tx, &core, &rejected.by).await?;
        return Err(rejected.refusal.into());
    }
    let begun = tx.begin_session(site.id, node, &entrant.edge, core.clock.unix_ms()).await?;
    let session = Session { site: site.id, node, epoch: begun.epoch, uid: entrant.uid.clone() };
    let mut outbox = Outbox::new();
    fence_former(&mut *tx, &begun, &session, &member, &mut outbox.fanout).await?;
    let last = tx.last_request(&member).await?;
    let recorded = core.ids.record(last);
    let loads = core.counts.of(&mut *tx, &nodes, &site.settings).await?;
    notice::add(&mut outbox, site, &session.uid, recorded, &Message::Login, (&nodes, &loads))?;
    let mut ohi = tx.ohi_from(&member).await?;
    ohi.truncate(OHI_MAX);
    outbox.write(&mut *tx).await?;
    core::commit(tx).await?;
    core.edges.expect(&entrant.edge);
    outbox.committed(&core).await?;
    second_look::later(&core, session.clone(), entrant.edge, ohi.clone());
    Ok(Entered::In(Box::new(Welcome { session, ohi, floor: recorded.id })))
}

/// The node with this secret, and whether it is known by a former hash.
async fn find(
    tx: &mut dyn Tx,
    member: &MemberKey,
    entrant: &Entrant,
) -> Result<Option<(NodeId, bool)>, Fault> {
    if let Some(node) = tx.find_node(member, &secret_hash(&entrant.secret)).await? {
        return Ok(Some((node, false)));
    }
    let Some(former) = &entrant.former_hash else { return Ok(None) };
    Ok(tx.find_node(member, former).await?.map(|node| (node, true)))
}

/// Tells the edge that held the node, and those whom the former session kept informed.
async fn fence_former(
    tx: &mut dyn Tx,
    begun: &Begun,
    session: &Session,
    member: &MemberKey,
    fanout: &mut Fanout,
) -> Result<(), Fault> {
    if begun.former_ohi {
        presence::leave(tx, std::slice::from_ref(member), fanout).await?;
    }
    if let Some(edge) = &begun.former_edge {
        fanout.fence(edge, session);
    }
    Ok(())
}
