//! A transaction on SQLite. It holds the one right to write from its beginning on, so nothing needs to be locked.

use std::{collections::HashSet, time::Instant};

use async_trait::async_trait;
use bytes::Bytes;
use tmtp_wire::MsgId;

use super::{claim, conn::SqliteConn, members, presence, queue, sessions, usage};
use crate::{
    Begun, Expired, Found, GroupMember, Identity, InvitationId, Look, MemberKey, Name, NewEntry, NewMessage,
    NewNode, NodeAcks, NodeId, Notice, Queued, Recorded, Removed, RequestClaim, RequestKey, Result, Sent,
    Session, SignIn, SiteId, Tx, steps,
};

const GROUP: &str = "SELECT 1 FROM names WHERE site = $1 AND name = $2 AND kind = $3";

pub(super) struct SqliteTx {
    pub(super) conn: SqliteConn,
}

impl SqliteTx {
    /// Commits.
    pub(super) async fn finish(self) -> Result<()> {
        let started = Instant::now();
        self.conn.commit().await?;
        metrics::histogram!("tmtp_store_commit_seconds").record(started.elapsed());
        Ok(())
    }
}

#[async_trait]
impl Look for SqliteTx {
    async fn names(&mut self, names: &[(SiteId, String)]) -> Result<Vec<Name>> {
        self.conn.names(names).await
    }

    async fn group_members(&mut self, groups: &[(SiteId, String)]) -> Result<Vec<GroupMember>> {
        self.conn.group_members(groups).await
    }

    async fn nodes(&mut self, members: &[MemberKey]) -> Result<Found> {
        self.conn.nodes(members).await
    }

    async fn queued(&mut self, nodes: &[(SiteId, NodeId)], count_max: u32) -> Result<Vec<Queued>> {
        self.conn.queued(nodes, count_max).await
    }

    async fn sent_on(&mut self, sites: &[SiteId], day: i64) -> Result<Vec<(SiteId, u64)>> {
        self.conn.sent_on(sites, day).await
    }
}

#[async_trait]
impl Tx for SqliteTx {
    async fn commit(self: Box<Self>) -> Result<()> {
        self.finish().await
    }

    async fn hold_nodes(&mut self, sites: &[SiteId]) -> Result<()> {
        let _ = sites;
        Ok(())
    }

    async fn seize_nodes(&mut self, site: SiteId) -> Result<()> {
        let _ = site;
        Ok(())
    }

    async fn lock_members(&mut self, members: &[MemberKey]) -> Result<()> {
        let _ = members;
        Ok(())
    }

    async fn claim_requests(&mut self, claims: &[RequestClaim]) -> Result<Vec<Option<Recorded>>> {
        claim::claim(&mut self.conn, claims).await
    }

    async fn release_requests(&mut self, keys: &[RequestKey]) -> Result<()> {
        claim::release(&mut self.conn, keys).await
    }

    async fn last_request(&mut self, member: &MemberKey) -> Result<MsgId> {
        steps::requests::last(&mut self.conn, member).await
    }

    async fn active_members(&mut self, members: &[MemberKey]) -> Result<HashSet<MemberKey>> {
        members::active(&mut self.conn, members).await
    }

    async fn count_members(&mut self, site: SiteId, count_max: u32) -> Result<u32> {
        steps::members::count(&mut self.conn, site, count_max).await
    }

    async fn count_strangers(&mut self, site: SiteId, since_ms: i64, count_max: u32) -> Result<u32> {
        steps::members::count_strangers(&mut self.conn, site, since_ms, count_max).await
    }

    async fn hold_newcomers(&mut self, site: SiteId) -> Result<()> {
        let _ = site;
        Ok(())
    }

    async fn add_member(&mut self, member: &MemberKey, now_ms: i64) -> Result<()> {
        steps::members::add(&mut self.conn, member, false, now_ms).await
    }

    async fn add_stranger(&mut self, member: &MemberKey, now_ms: i64) -> Result<()> {
        steps::members::add(&mut self.conn, member, true, now_ms).await
    }

    async fn add_node(&mut self, node: &NewNode) -> Result<NodeId> {
        members::add_node(&mut self.conn, node).await
    }

    async fn find_node(&mut self, member: &MemberKey, secret_hash: &[u8]) -> Result<Option<NodeId>> {
        steps::members::find_node(&mut self.conn, member, secret_hash).await
    }

    async fn mark_former_hash(&mut self, site: SiteId, node: NodeId) -> Result<()> {
        steps::members::mark_former_hash(&mut self.conn, site, node).await
    }

    async fn has_former_hash(&mut self, member: &MemberKey) -> Result<bool> {
        steps::members::has_former_hash(&mut self.conn, member).await
    }

    async fn renew_hash(&mut self, site: SiteId, node: NodeId, secret_hash: &[u8]) -> Result<bool> {
        steps::members::renew_hash(&mut self.conn, (site, node), secret_hash).await
    }

    async fn sign_in(&mut self, member: &MemberKey, node: NodeId) -> Result<SignIn> {
        steps::sign_ins::last(&mut self.conn, member, node).await
    }

    async fn note_sign_in(
        &mut self,
        member: &MemberKey,
        node: NodeId,
        identity: &Identity,
        now_ms: i64,
    ) -> Result<()> {
        steps::sign_ins::note(&mut self.conn, (member, node), identity, now_ms).await
    }

    async fn pass_sign_in(&mut self, site: SiteId, from: NodeId, to: NodeId) -> Result<()> {
        steps::sign_ins::pass(&mut self.conn, site, from, to).await
    }

    async fn revoke_node(&mut self, site: SiteId, node: NodeId) -> Result<Removed> {
        steps::members::revoke_node(&mut self.conn, site, node).await?;
        queue::drop_queue(&mut self.conn, site, node).await
    }

    async fn suspend_member(&mut self, member: &MemberKey, suspended: bool) -> Result<bool> {
        steps::members::suspend(&mut self.conn, member, suspended).await
    }

    async fn take_name(&mut self, name: &Name) -> Result<bool> {
        steps::members::take_name(&mut self.conn, name).await
    }

    async fn claim_looks(&mut self, name: &Name) -> Result<Option<String>> {
        steps::members::claim_looks(&mut self.conn, name).await
    }

    async fn lock_group(&mut self, site: SiteId, gid: &str) -> Result<bool> {
        steps::groups::lock(&mut self.conn, GROUP, site, gid).await
    }

    async fn put_group_member(&mut self, member: &GroupMember) -> Result<()> {
        steps::groups::put_member(&mut self.conn, member).await
    }

    async fn spend_token(&mut self, site: SiteId, digest: &Bytes, expires_ms: i64) -> Result<bool> {
        steps::admissions::spend_token(&mut self.conn, site, digest, expires_ms).await
    }

    async fn redeem(&mut self, site: SiteId, invitation: InvitationId, now_ms: i64) -> Result<bool> {
        steps::admissions::redeem(&mut self.conn, site, invitation, now_ms).await
    }

    async fn give_name(&mut self, member: &MemberKey, name: &str) -> Result<()> {
        steps::admissions::give_name(&mut self.conn, member, name).await
    }

    async fn begin_session(&mut self, site: SiteId, node: NodeId, edge: &str, now_ms: i64) -> Result<Begun> {
        steps::sessions::begin(&mut self.conn, sessions::NODE, (site, node), edge, now_ms).await
    }

    async fn end_sessions(&mut self, sessions: &[Session]) -> Result<Vec<Session>> {
        sessions::end(&mut self.conn, sessions).await
    }

    async fn sessions_of_edge(&mut self, edge: &str, limit: u32) -> Result<Vec<Session>> {
        steps::sessions::of_edge(&mut self.conn, edge, limit).await
    }

    async fn remove_edge(&mut self, edge: &str) -> Result<()> {
        steps::sites::remove_edge(&mut self.conn, edge).await
    }

    async fn mark_ohi(&mut self, session: &Session) -> Result<bool> {
        steps::presence::mark(&mut self.conn, session).await
    }

    async fn add_ohi(&mut self, member: &MemberKey, to: &[String]) -> Result<Vec<String>> {
        presence::add(&mut self.conn, member, to).await
    }

    async fn drop_ohi(&mut self, member: &MemberKey, to: &[String]) -> Result<Vec<String>> {
        presence::take_out(&mut self.conn, member, to).await
    }

    async fn clear_ohi(&mut self, members: &[MemberKey]) -> Result<Vec<(MemberKey, String)>> {
        presence::clear(&mut self.conn, members).await
    }

    async fn ohi_from(&mut self, member: &MemberKey) -> Result<Vec<String>> {
        steps::presence::from(&mut self.conn, member).await
    }

    async fn add_messages(&mut self, messages: &[NewMessage], entries: &[NewEntry]) -> Result<()> {
        queue::add(&mut self.conn, messages, entries).await
    }

    async fn count_sent(&mut self, sent: &[Sent]) -> Result<()> {
        usage::count(&mut self.conn, sent).await
    }

    async fn copy_queue(&mut self, site: SiteId, from: NodeId, to: NodeId) -> Result<u64> {
        queue::copy(&mut self.conn, site, from, to).await
    }

    async fn expire(&mut self, site: SiteId, before: MsgId, entries_max: u32) -> Result<Expired> {
        crate::admin::spare_no_more(&mut self.conn, site, before.unix_ms()).await?;
        let old = steps::expiry::find(&mut self.conn, site, before, entries_max).await?;
        if old.entries.is_empty() {
            return Ok(Expired::default());
        }
        let (removed, blobs) = queue::remove(&mut self.conn, &old.entries).await?;
        let undelivered = steps::expiry::undelivered(&mut self.conn, site, &old, &removed).await?;
        Ok(Expired { entries: removed.len() as u64, blobs, undelivered })
    }

    async fn take_notice(&mut self, site: SiteId) -> Result<Option<Notice>> {
        steps::notices::take(&mut self.conn, site).await
    }

    async fn alias_of(&mut self, member: &MemberKey) -> Result<Option<String>> {
        steps::members::first_alias(&mut self.conn, member.site, &member.uid).await
    }

    async fn ack(&mut self, acks: &[NodeAcks]) -> Result<Removed> {
        queue::ack(&mut self.conn, acks).await
    }
}
