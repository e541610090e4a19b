//! Members and their nodes: suspended, resumed, removed, revoked, with effect on live links at once.

use serde_json::{Value, json};
use tmtp_store::{
    MemberKey, NodeId, Session, SiteId,
    admin::{Change, Member, NodeState, OrgId, Scope},
};

use crate::{By, Error, Registry, Result, effects::Effects, registry::Done};

/// A member has at most a hundred nodes; anything above is a defect that must not keep it alive.
pub(crate) const NODES_MAX: u32 = 1_000;

impl Registry {
    /// Suspends a member and closes its links, or ends that. Once is as good as twice.
    ///
    /// # Errors
    /// When there is no such member, or the store fails.
    pub async fn suspend_member(
        &self,
        by: &By,
        (org, site): (OrgId, SiteId),
        uid: &str,
        suspended: bool,
    ) -> Result<Member> {
        let mut change = self.admin.begin_of(org).await?;
        let (scope, before) = find(&mut change, org, site, uid).await?;
        if before.suspended == suspended {
            return Ok(before);
        }
        change.tx_at(site).await?.suspend_member(&key(site, uid), suspended).await?;
        let action = if suspended { "member.suspend" } else { "member.resume" };
        let done = |was, became| Done { org, action, site: Some(site), target: uid, was, became };
        let (was, became) = (json!({"suspended": !suspended}), json!({"suspended": suspended}));
        self.record(&mut change, by, done(was, became)).await?;
        let mut effects = Effects::default();
        if suspended {
            change.nodes_of(&scope, uid, NODES_MAX).await?.iter().for_each(|node| effects.close(site, node));
        }
        change.commit().await?;
        effects.publish(&*self.bus);
        Ok(Member { suspended, ..before })
    }

    /// Lets go of who a member is at its sign-in provider: whoever signs in next by one of its nodes is the member. For people
    /// who are somebody new at their provider, since their account there was made anew or its ids have changed.
    ///
    /// # Errors
    /// When there is no such member, when no provider vouched for it, or the store fails.
    pub async fn forget_sign_in(&self, by: &By, (org, site): (OrgId, SiteId), uid: &str) -> Result<Member> {
        let mut change = self.admin.begin_of(org).await?;
        let (scope, before) = find(&mut change, org, site, uid).await?;
        if before.signs_in_anew {
            return Ok(before);
        }
        if !change.forget_sign_in(&scope, uid).await? {
            let why = "no sign-in provider vouched for this member: there is nothing to forget";
            return Err(Error::State(why.to_owned()));
        }
        let was = json!({"signs_in_at": before.signs_in_at, "signs_in_anew": false});
        let became = json!({"signs_in_at": before.signs_in_at, "signs_in_anew": true});
        let action = "member.forget-sign-in";
        self.record(&mut change, by, Done { org, action, site: Some(site), target: uid, was, became })
            .await?;
        change.commit().await?;
        Ok(Member { signs_in_anew: true, ..before })
    }

    /// Removes a member: its nodes, what waits for them, its place in groups, where the others are told. Its aliases go to nobody else.
    ///
    /// # Errors
    /// When there is no such member, or the store fails.
    pub async fn remove_member(&self, by: &By, (org, site): (OrgId, SiteId), uid: &str) -> Result<()> {
        let mut change = self.admin.begin_of(org).await?;
        let (scope, before) = find(&mut change, org, site, uid).await?;
        let nodes = change.nodes_of(&scope, uid, NODES_MAX).await?;
        // Names and groups are locked before nodes.
        change.remove_member(&scope, uid).await?;
        let mut effects = Effects::default();
        for node in &nodes {
            revoke(&mut change, site, node, &mut effects).await?;
        }
        let was = json!({"aliases": before.aliases, "nodes": before.nodes, "suspended": before.suspended});
        let action = "member.remove";
        let done = Done { org, action, site: Some(site), target: uid, was, became: Value::Null };
        self.record(&mut change, by, done).await?;
        change.commit().await?;
        effects.publish(&*self.bus);
        self.tell_devices();
        Ok(())
    }

    /// Ends a node for good, closes its link, and drops what waits for it.
    ///
    /// # Errors
    /// When there is no such live node, or the store fails.
    pub async fn revoke_node(&self, by: &By, (org, site): (OrgId, SiteId), node: NodeId) -> Result<()> {
        let mut change = self.admin.begin_of(org).await?;
        let scope = Self::scope(&mut change, org, site).await?;
        let absent = || Error::Absent("node");
        let uid = change.node(&scope, node).await?.ok_or_else(absent)?.uid;
        change.tx_at(site).await?.lock_members(&[key(site, &uid)]).await?;
        // As it is now that its member is locked: no login is under way.
        let found = change.node(&scope, node).await?.ok_or_else(absent)?;
        let mut effects = Effects::default();
        revoke(&mut change, site, &found, &mut effects).await?;
        let was = json!({"uid": found.uid, "label": found.label, "queued": found.queued});
        let (action, target) = ("node.revoke", node.0.to_string());
        let done = Done { org, action, site: Some(site), target: &target, was, became: Value::Null };
        self.record(&mut change, by, done).await?;
        change.commit().await?;
        effects.publish(&*self.bus);
        Ok(())
    }
}

pub(crate) fn key(site: SiteId, uid: &str) -> MemberKey {
    MemberKey { site, uid: uid.to_owned() }
}

/// A member, locked until the end.
async fn find(change: &mut Change, org: OrgId, site: SiteId, uid: &str) -> Result<(Scope, Member)> {
    let scope = Registry::scope(change, org, site).await?;
    change.tx_at(site).await?.lock_members(&[key(site, uid)]).await?;
    let member = change.member(&scope, uid).await?.ok_or(Error::Absent("member"))?;
    Ok((scope, member))
}

/// Ends a node's session as if its link had closed, so that those whom it kept informed are told; then the node.
/// Large bodies that only this node waited for are removed by delivery's sweep.
pub(crate) async fn revoke(
    change: &mut Change,
    site: SiteId,
    node: &NodeState,
    effects: &mut Effects,
) -> Result<()> {
    let session = Session { site, node: node.node, epoch: node.epoch, uid: node.uid.clone() };
    let tx = change.tx_at(site).await?;
    tx.end_sessions(&[session]).await?;
    let gone = tx.clear_ohi(&[key(site, &node.uid)]).await?;
    for (from, to) in gone {
        let target = MemberKey { site, uid: to };
        for reached in tx.nodes(&[target]).await?.nodes {
            effects.offline(&reached, &from.uid);
        }
    }
    effects.drop_entries(tx.revoke_node(site, node.node).await?.entries);
    effects.close(site, node);
    Ok(())
}
