//! Register: a new member with one node, whose session begins.

use std::sync::Arc;

use rand::RngCore as _;
use tmtp_store::{MemberKey, Name, NewNode, Owner, Registration, Session, Site, Tx};

use crate::{
    core::{self, Core},
    digest::secret_hash,
    fault::Fault,
    names,
    refusal::Refusal,
};

/// Who registers.
#[derive(Debug, Clone)]
pub(crate) struct Newcomer {
    pub site: Arc<Site>,
    pub edge: String,
    pub label: String,
    pub alias: Option<String>,
}

/// A member that was made.
#[derive(Debug)]
pub(crate) struct Registered {
    pub session: Session,
    pub secret: String,
    pub alias_error: Option<Refusal>,
}

/// Makes a member. An alias that cannot be had does not keep the account from existing.
pub(crate) async fn register(core: Arc<Core>, newcomer: Newcomer) -> Result<Registered, Fault> {
    let site = &newcomer.site;
    if site.suspended || site.settings.registration != Registration::Open || newcomer.label.is_empty() {
        return Err(Refusal::register_failure().into());
    }
    let now_ms = core.clock.unix_ms();
    let member = MemberKey { site: site.id, uid: random_base32::<20>().1 };
    let (secret_octets, secret) = random_base32::<25>();
    let secret_hash = secret_hash(&secret_octets);
    let mut tx = core.store.begin().await?;
    tx.add_member(&member, now_ms).await?;
    let alias_error = match &newcomer.alias {
        Some(alias) => take_alias(&mut *tx, site, &member, alias).await?,
        None => None,
    };
    let label = newcomer.label.clone();
    let node = tx.add_node(&NewNode { member: member.clone(), label, secret_hash, now_ms }).await?;
    let begun = tx.begin_session(site.id, node, &newcomer.edge, now_ms).await?;
    core::commit(tx).await?;
    core.edges.expect(&newcomer.edge);
    let session = Session { site: site.id, node, epoch: begun.epoch, uid: member.uid };
    Ok(Registered { session, secret, alias_error })
}

/// Takes an alias for a member; why not, where that is the member's affair.
pub(crate) async fn take_alias(
    tx: &mut dyn Tx,
    site: &Site,
    member: &MemberKey,
    alias: &str,
) -> Result<Option<Refusal>, Fault> {
    if let Err(refusal) = names::check("newalias", alias, &site.settings) {
        return Ok(Some(refusal));
    }
    let owner = Owner::Member(member.uid.clone());
    let taken = tx.take_name(&Name { site: site.id, name: alias.to_owned(), owner }).await?;
    Ok((!taken).then(|| Refusal::alias_taken(alias)))
}

/// Random octets, and how they are shown: uids and secrets (section 6).
pub(crate) fn random_base32<const N: usize>() -> ([u8; N], String) {
    let mut octets = [0; N];
    rand::rng().fill_bytes(&mut octets);
    let shown = tmtp_wire::base32::encode(&octets);
    (octets, shown)
}
