//! What is kept about one member: given out as a whole, and erased with a receipt.

use std::collections::BTreeSet;

use serde_json::{Value, json};
use tmtp_store::{
    GroupMember, SiteId,
    admin::{AuditRow, Change, Erased, Kept, Member, NodeState, OrgId, Scope, View, Waiting},
};

use crate::{
    By, Error, Registry, Result,
    effects::Effects,
    members::{NODES_MAX, key, revoke},
    registry::Done,
};

/// Most of each kind that are given out: groups, aliases, lines of the audit log, messages that wait and so on: an export is made in memory.
pub(crate) const GIVEN_MAX: u32 = 10_000;

/// Leaves as many as are given out; whether there were more.
fn bound<T>(rows: &mut Vec<T>) -> bool {
    let is_cut = rows.len() > GIVEN_MAX as usize;
    rows.truncate(GIVEN_MAX as usize);
    is_cut
}

/// All that is kept about a member, but for what its messages say and for secrets.
pub(crate) struct Personal {
    /// None where it was removed.
    pub member: Option<Member>,
    pub nodes: Vec<NodeState>,
    pub groups: Vec<GroupMember>,
    pub waiting: Vec<Waiting>,
    pub kept: Kept,
    pub deeds: Vec<AuditRow>,
    /// Files that lack rows, because there are more than are given out.
    pub cut: BTreeSet<&'static str>,
}

impl Personal {
    /// All but what stands in the audit log.
    async fn find(view: &mut View, scope: &Scope, uid: &str) -> Result<Self> {
        // One more of each than is given out tells whether there are more.
        let most = GIVEN_MAX + 1;
        let mut member = view.member(scope, uid).await?;
        if let Some(member) = &mut member {
            member.aliases = view.aliases_of(scope, uid, most).await?;
        }
        let nodes = view.nodes_of(scope, uid, NODES_MAX).await?;
        let mut waiting = Vec::new();
        for node in &nodes {
            let left = most.saturating_sub(u32::try_from(waiting.len()).unwrap_or(u32::MAX));
            waiting.extend(view.waiting_for(scope, node.node, left).await?);
        }
        let groups = view.groups_of(scope, uid, most).await?;
        let kept = view.kept_of(scope, uid, most).await?;
        Ok(Self { member, nodes, groups, waiting, kept, deeds: Vec::new(), cut: BTreeSet::new() })
    }

    /// The same with as many of each as are given out, and a note of what that leaves out.
    fn bounded(mut self) -> Self {
        let Kept {
            signs_in_as: _,
            revoked,
            notifies,
            notified_by,
            days,
            requests,
            given_aliases,
            group_drops,
        } = &mut self.kept;
        let mut cuts = vec![
            ("groups.json", bound(&mut self.groups)),
            ("waiting.json", bound(&mut self.waiting)),
            ("audit.json", bound(&mut self.deeds)),
            ("revoked.json", bound(revoked)),
            ("presence.json", bound(notifies) | bound(notified_by)),
            ("days.json", bound(days)),
            ("requests.json", bound(requests)),
            ("notices.json", bound(given_aliases) | bound(group_drops)),
        ];
        cuts.extend(self.member.as_mut().map(|member| ("member.json", bound(&mut member.aliases))));
        self.cut = cuts.into_iter().filter_map(|(file, is_cut)| is_cut.then_some(file)).collect();
        self
    }

    fn is_nothing(&self) -> bool {
        self.member.is_none() && self.nodes.is_empty() && self.groups.is_empty() && self.kept.is_nothing()
    }
}

impl Registry {
    /// All that is kept about a member, also about one that was removed before. That it was given out is logged before it is,
    /// and is part of it.
    ///
    /// # Errors
    /// When nothing is kept about such a member, or the store fails.
    pub(crate) async fn export_member(
        &self,
        by: &By,
        (org, site): (OrgId, SiteId),
        uid: &str,
    ) -> Result<Personal> {
        let mut view = self.view_of(org).await?;
        let scope = Self::scope(&mut view, org, site).await?;
        let found = Personal::find(&mut view, &scope, uid).await?;
        // Nobody has two connections at a time.
        drop(view);
        if found.is_nothing() {
            return Err(Error::Absent("member"));
        }
        let mut change = self.admin.begin_of(org).await?;
        let action = "member.export";
        let done = Done { org, action, site: Some(site), target: uid, was: Value::Null, became: Value::Null };
        self.record(&mut change, by, done).await?;
        let deeds = change.deeds_about(&scope, uid, GIVEN_MAX + 1).await?;
        change.commit().await?;
        Ok(Personal { deeds, ..found }.bounded())
    }

    /// Erases all that is kept about a member, also about one that was removed before. Its aliases go to nobody else. The
    /// line of the audit log that says so is the receipt: its hash covers it and all lines before.
    ///
    /// # Errors
    /// When nothing is kept about such a member, or the store fails.
    pub(crate) async fn erase_member(
        &self,
        by: &By,
        (org, site): (OrgId, SiteId),
        uid: &str,
    ) -> Result<(AuditRow, Erased)> {
        let mut change = self.admin.begin_of(org).await?;
        let scope = Self::scope(&mut change, org, site).await?;
        change.tx_at(site).await?.lock_members(&[key(site, uid)]).await?;
        let mut effects = Effects::default();
        let queued = end_nodes(&mut change, &scope, uid, &mut effects).await?;
        let erased = change.erase_member(&scope, uid).await?;
        if erased.is_nothing() {
            return Err(Error::Absent("member"));
        }
        let was = json!({"members": erased.members, "nodes": erased.nodes, "aliases": erased.aliases,
            "groups": erased.groups, "requests": erased.requests, "presence": erased.presence,
            "days": erased.days, "queued": queued});
        let action = "member.erase";
        let done = Done { org, action, site: Some(site), target: uid, was, became: Value::Null };
        let row = self.record(&mut change, by, done).await?;
        change.commit().await?;
        effects.publish(&*self.bus);
        self.tell_devices();
        Ok((row, erased))
    }
}

/// Ends a member's nodes as if each had been revoked; how many messages waited for them.
async fn end_nodes(change: &mut Change, scope: &Scope, uid: &str, effects: &mut Effects) -> Result<u64> {
    let nodes = change.nodes_of(scope, uid, NODES_MAX).await?;
    for node in &nodes {
        revoke(change, scope.site(), node, effects).await?;
    }
    Ok(nodes.iter().map(|node| node.queued).sum())
}
