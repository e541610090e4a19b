//! Register: a new member with one node, whose session begins.

use std::sync::Arc;

use rand::RngCore as _;
use tmtp_store::{MemberKey, Name, NewNode, NodeId, Owner, Registration, Session, Site, Tx};
use tmtp_wire::base32;

use crate::{
    allowance::{EVER, Left},
    core::{self, Core},
    digest::secret_hash,
    fault::Fault,
    names,
    newcomers::{self, Voucher},
    refusal::Refusal,
};

/// Octets of a uid and of a node's secret.
const UID: usize = 20;
const SECRET: usize = 25;
/// Who registers at one moment is fewer than this.
const FEW: u32 = 1000;
const HOUR_MS: i64 = 60 * 60 * 1000;

/// What the uid and the secret of a new member are made of.
pub(crate) type Seed = [u8; UID + SECRET];

/// Who registers.
#[derive(Debug, Clone)]
pub(crate) struct Newcomer {
    pub site: Arc<Site>,
    pub edge: String,
    pub label: String,
    pub alias: Option<String>,
    /// What vouches for it, where the site is not open to all.
    pub voucher: Option<Voucher>,
    pub seed: Seed,
}

impl Newcomer {
    /// What its invitation has it called.
    fn kept_alias(&self) -> Option<&str> {
        self.voucher.as_ref()?.alias.as_deref()
    }

    /// Nobody vouches for it. A certificate does, where the site wants one.
    fn is_stranger(&self) -> bool {
        self.site.settings.registration == Registration::Open
    }
}

/// A member that was made.
#[derive(Debug)]
pub(crate) struct Registered {
    pub session: Session,
    pub secret: String,
    pub alias_error: Option<Refusal>,
}

/// Makes a member, unless an earlier try made it. An alias that cannot be had does not keep the account from existing.
pub(crate) async fn register(core: Arc<Core>, newcomer: Newcomer) -> Result<Registered, Fault> {
    let site = &newcomer.site;
    if site.suspended || newcomer.label.is_empty() {
        return Err(Refusal::register_failure().into());
    }
    let now_ms = core.clock.unix_ms();
    let (uid, secret) = newcomer.seed.split_at(UID);
    let member = MemberKey { site: site.id, uid: base32::encode(uid) };
    let mut tx = core.store.begin(&[site.id]).await?;
    let node = match tx.find_node(&member, &secret_hash(secret)).await? {
        Some(made_before) => made_before,
        None => {
            look_for_room(&core, &mut *tx, site).await?;
            if newcomer.is_stranger() {
                keep_pace(&core, &mut *tx, site, now_ms).await?;
            }
            make(&mut *tx, &newcomer, &member, now_ms).await?
        }
    };
    let alias_error = name(&mut *tx, &newcomer, &member).await?;
    let begun = tx.begin_session(site.id, node, &newcomer.edge, now_ms).await?;
    core::commit(tx).await?;
    core.members.add(site.id, EVER, 1);
    core.strangers.add(site.id, EVER, newcomer.is_stranger().into());
    core.edges.expect(&newcomer.edge);
    let session = Session { site: site.id, node, epoch: begun.epoch, uid: member.uid };
    Ok(Registered { session, secret: base32::encode(secret), alias_error })
}

/// Refuses whoever would be one member too many.
async fn look_for_room(core: &Core, tx: &mut dyn Tx, site: &Site) -> Result<(), Fault> {
    let most = site.settings.members_max;
    let refused = || Err(Refusal::register_failure().into());
    match core.members.left(site.id, EVER, most.into()) {
        Left::Plenty => return Ok(()),
        Left::Nothing => return refused(),
        Left::Unknown => {}
    }
    let mut count = tx.count_members(site.id, most).await?;
    // Where it may matter, one after the other.
    if count < most && most - count <= (most / 8).max(FEW) {
        tx.hold_newcomers(site.id).await?;
        count = tx.count_members(site.id, most).await?;
    }
    core.members.learn(site.id, EVER, count.into());
    if count < most { Ok(()) } else { refused() }
}

/// Refuses a stranger beyond those whom the site takes in an hour. While few more may come each is counted, so that
/// processes together let no more in.
async fn keep_pace(core: &Core, tx: &mut dyn Tx, site: &Site, now_ms: i64) -> Result<(), Fault> {
    let most = site.settings.open_registrations_per_hour_max;
    let refused = || Err(Refusal::register_failure().into());
    match core.strangers.left(site.id, EVER, most.into()) {
        Left::Plenty => return Ok(()),
        Left::Nothing => return refused(),
        Left::Unknown => {}
    }
    let since_ms = now_ms - HOUR_MS;
    let mut count = tx.count_strangers(site.id, since_ms, most).await?;
    if count < most && most - count <= FEW {
        tx.hold_newcomers(site.id).await?;
        count = tx.count_strangers(site.id, since_ms, most).await?;
    }
    if count >= most || most - count > FEW {
        core.strangers.learn(site.id, EVER, count.into());
    }
    if count < most { Ok(()) } else { refused() }
}

async fn make(
    tx: &mut dyn Tx,
    newcomer: &Newcomer,
    member: &MemberKey,
    now_ms: i64,
) -> Result<NodeId, Fault> {
    if let Some(voucher) = &newcomer.voucher {
        newcomers::spend(tx, &newcomer.site, voucher, now_ms).await?;
    }
    // Two tries at one moment: the later one is to look again.
    let lost = |error| match Fault::from(error) {
        Fault::Defect(_) => Fault::Busy("registered at this moment"),
        outage => outage,
    };
    let added = if newcomer.is_stranger() {
        tx.add_stranger(member, now_ms).await
    } else {
        tx.add_member(member, now_ms).await
    };
    added.map_err(lost)?;
    if let Some(alias) = newcomer.kept_alias() {
        tx.give_name(member, alias).await?;
    }
    let secret_hash = secret_hash(&newcomer.seed[UID..]);
    let new = NewNode { member: member.clone(), label: newcomer.label.clone(), secret_hash, now_ms };
    let node = tx.add_node(&new).await?;
    if let Some(identity) = newcomer.voucher.as_ref().and_then(|voucher| voucher.identity.as_ref()) {
        tx.note_sign_in(member, node, identity, now_ms).await?;
    }
    Ok(node)
}

/// Names a new member: as its invitation has it, else as it wishes. Why not as it wishes, where it is not.
async fn name(tx: &mut dyn Tx, newcomer: &Newcomer, member: &MemberKey) -> Result<Option<Refusal>, Fault> {
    match (newcomer.kept_alias(), newcomer.alias.as_deref()) {
        (Some(kept), Some(wanted)) if wanted != kept => Ok(Some(Refusal::alias_not_invited(wanted, kept))),
        (None, Some(wanted)) => take_alias_once(tx, &newcomer.site, member, wanted).await,
        _ => Ok(None),
    }
}

/// As [`take_alias`]; one that an earlier try took for this member is no refusal.
async fn take_alias_once(
    tx: &mut dyn Tx,
    site: &Site,
    member: &MemberKey,
    alias: &str,
) -> Result<Option<Refusal>, Fault> {
    let refusal = take_alias(tx, site, member, alias).await?;
    if refusal.is_none() {
        return Ok(None);
    }
    let mine = Owner::Member(member.uid.clone());
    let names = tx.names(&[(site.id, alias.to_owned())]).await?;
    Ok(refusal.filter(|_| !names.iter().any(|name| name.owner == mine)))
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
    let name = Name { site: site.id, name: alias.to_owned(), owner };
    if names::looks_like_another(tx, site, &name).await? {
        return Ok(Some(Refusal::alias_looks_taken(alias)));
    }
    let taken = tx.take_name(&name).await?;
    Ok((!taken).then(|| Refusal::alias_taken(alias)))
}

/// The seed that an edge sent, or one made here.
pub(crate) fn seed(given: &[u8]) -> Seed {
    given.try_into().unwrap_or_else(|_| random())
}

fn random<const N: usize>() -> [u8; N] {
    let mut octets = [0; N];
    rand::rng().fill_bytes(&mut octets);
    octets
}

/// Random octets, and how they are shown: uids and secrets (section 6).
pub(crate) fn random_base32<const N: usize>() -> ([u8; N], String) {
    let octets = random();
    let shown = base32::encode(&octets);
    (octets, shown)
}
