//! What is asked of the store between a member's login and the ack of what it got, step by step.

use anyhow::{Result, bail, ensure};
use tmtp_store::{
    Batch, Believed, Committed, MemberKey, NewEntry, NewMessage, NodeAcks, NodeId, Recorded, RequestClaim,
    RequestKey, Sent, Session, SiteId,
};
use tmtp_wire::{MsgId, Posted};

use super::stage::Stage;

/// Rows of a table that a statement may look at, for each session that it is aimed at.
const ROWS: usize = 20;
/// Pages that it may touch, for each of them and once.
const PAGES: usize = 60;
const PAGES_ONCE: usize = 150;

/// No message has this id.
const NO_MESSAGE: u64 = 1 << 62;

pub struct Path<'s> {
    stage: &'s Stage,
    sessions: Vec<Session>,
    /// What the tables are like.
    when: &'static str,
}

impl<'s> Path<'s> {
    pub fn new(stage: &'s Stage, sessions: Vec<Session>, when: &'static str) -> Self {
        Self { stage, sessions, when }
    }

    /// All steps. An error tells which of them reads more than it needs.
    pub async fn walk(&self) -> Result<()> {
        let id = 1 + u64::try_from(self.stage.world.peek.count("SELECT max(msg) FROM requests").await?)?;
        let (again, refused, for_all) = (id + 1000, id + 2000, id + 3000);
        self.step("a batch is committed", self.post(id, id, &[])).await?;
        self.step("a batch that is known is passed over", self.post(id, again, &[])).await?;
        self.step("a batch is refused", self.post(refused, refused, &self.all())).await?;
        self.step("who is connected", self.connected()).await?;
        self.step("queues are read", self.queues()).await?;
        self.step("sessions are looked after", self.standings()).await?;
        self.step("a body is found", self.body_of(id)).await?;
        self.step("messages for one node are acked", self.ack(|at| id + at)).await?;
        self.step("a message for all is added", self.add_for_all(for_all)).await?;
        self.step("a message for all is acked", self.ack(|_| for_all)).await?;
        self.step("names, groups, nodes and queues are looked at", self.look()).await?;
        self.step("strangers are counted", self.strangers()).await?;
        self.step("a session begins", self.begin()).await?;
        self.step("sessions end", self.end()).await
    }

    async fn step(&self, what: &str, does: impl Future<Output = Result<()>>) -> Result<()> {
        let plans = self.stage.watch(does).await?;
        ensure!(!plans.is_empty(), "{what}: no plan in the log");
        Stage::note(self.when, what, &plans)?;
        let count = self.sessions.len();
        let complaint = |plan: &super::read::Plan| plan.complaint(count * ROWS, count * PAGES + PAGES_ONCE);
        match plans.iter().find_map(complaint) {
            Some(complaint) => bail!("{what} ({}): {complaint}", self.when),
            None => Ok(()),
        }
    }

    fn all(&self) -> Vec<usize> {
        (0..self.sessions.len()).collect()
    }

    fn site(&self) -> SiteId {
        self.stage.world.site
    }

    fn nodes(&self) -> Vec<(SiteId, NodeId)> {
        self.sessions.iter().map(|session| (session.site, session.node)).collect()
    }

    fn members(&self) -> Vec<MemberKey> {
        let mut members: Vec<_> = self
            .sessions
            .iter()
            .map(|session| MemberKey { site: session.site, uid: session.uid.clone() })
            .collect();
        members.dedup();
        members
    }

    /// Every session asks for something, known by numbers from `request` on, with ids from `id` on: a message for the next
    /// session's node.
    async fn post(&self, request: u64, id: u64, refused: &[usize]) -> Result<()> {
        let own = |member: &MemberKey| {
            let of_member = self.sessions.iter().filter(|session| session.uid == member.uid);
            of_member.map(|session| session.node).collect()
        };
        let believed: Vec<_> =
            self.members().into_iter().map(|member| Believed { nodes: own(&member), member }).collect();
        let mut claims = Vec::new();
        for (at, session) in (0..).zip(&self.sessions) {
            let mut digest = [7; 16];
            digest[..8].copy_from_slice(&(request + at).to_be_bytes());
            let key = RequestKey { site: session.site, node: session.node, digest };
            let recorded = Recorded { id: MsgId(id + at), posted: Posted(1) };
            claims.push(RequestClaim { key, epoch: session.epoch, recorded, acked_through: MsgId(0) });
        }
        let (mut messages, mut entries) = (Vec::new(), Vec::new());
        for (at, id) in (0..self.sessions.len()).zip(id..).filter(|_| refused.is_empty()) {
            messages.push(NewMessage { site: self.site(), ..self.stage.world.message(id) });
            entries.push(NewEntry { message: at, node: self.sessions[at].node });
        }
        let claim_of = if refused.is_empty() { self.all() } else { Vec::new() };
        let (believed, claims, messages, entries) = (&believed, &claims, &messages, &entries);
        let sent =
            |claim: &usize| (*claim, Sent { site: self.site(), posted: Posted(1), messages: 1, octets: 10 });
        let sent: Vec<_> = claim_of.iter().map(sent).collect();
        let batch = Batch { believed, claims, refused, messages, claim_of: &claim_of, entries, sent: &sent };
        match self.stage.world.store.post(&batch).await? {
            Committed::Stale => bail!("stale"),
            Committed::Done { before, .. } => {
                ensure!(before.iter().all(|it| it.is_some() == (request != id)), "{before:?}");
                Ok(())
            }
        }
    }

    async fn connected(&self) -> Result<()> {
        let connected = self.stage.world.store.connected(&self.nodes()).await?;
        ensure!(connected.len() == self.sessions.len(), "{connected:?}");
        Ok(())
    }

    async fn queues(&self) -> Result<()> {
        let mut reads: Vec<_> = self.sessions.iter().map(|session| self.stage.world.read(session)).collect();
        for read in &mut reads {
            read.max_entries = 4;
            read.skip = vec![MsgId(NO_MESSAGE), MsgId(NO_MESSAGE + 1)];
        }
        let pages = self.stage.world.store.queues(&reads).await?;
        ensure!(pages.iter().all(|page| !page.entries.is_empty()), "{pages:?}");
        Ok(())
    }

    async fn standings(&self) -> Result<()> {
        let standings = self.stage.world.store.standings("edge-1", &self.sessions).await?;
        ensure!(standings.len() == self.sessions.len(), "{standings:?}");
        Ok(())
    }

    async fn body_of(&self, id: u64) -> Result<()> {
        let body = self.stage.world.store.body_of(&self.sessions[0], MsgId(id)).await?;
        ensure!(body.is_some(), "it waits no more");
        Ok(())
    }

    async fn ack(&self, id: impl Fn(u64) -> u64) -> Result<()> {
        let ack = |(at, session): (u64, &Session)| NodeAcks {
            session: session.clone(),
            ids: vec![MsgId(id(at)), MsgId(NO_MESSAGE)],
        };
        let acks: Vec<_> = (0..).zip(&self.sessions).map(ack).collect();
        self.stage.world.store.ack(&acks).await.map(drop).map_err(Into::into)
    }

    async fn add_for_all(&self, id: u64) -> Result<()> {
        let nodes: Vec<_> = self.sessions.iter().map(|session| session.node).collect();
        self.stage.world.post(&[id], &nodes).await
    }

    async fn look(&self) -> Result<()> {
        let site = self.site();
        let mut look = self.stage.world.store.look().await?;
        look.names(&[(site, "alias 17".to_owned()), (site, "no such alias".to_owned())]).await?;
        look.group_members(&[(site, "group 3".to_owned())]).await?;
        let found = look.nodes(&self.members()).await?;
        ensure!(found.nodes.len() == self.sessions.len(), "{found:?}");
        look.queued(&self.nodes(), 8).await?;
        Ok(())
    }

    async fn strangers(&self) -> Result<()> {
        let mut tx = self.stage.world.tx().await?;
        let few = tx.count_strangers(self.site(), 1, 1000).await?;
        ensure!(few <= 1, "{few} came after those who came first");
        Ok(())
    }

    async fn begin(&self) -> Result<()> {
        let [member, ..] = &self.members()[..] else { bail!("nobody") };
        let mut tx = self.stage.world.tx().await?;
        tx.hold_nodes(&[self.site()]).await?;
        tx.find_node(member, b"secret 0").await?;
        tx.has_former_hash(member).await?;
        tx.sign_in(member, self.sessions[0].node).await?;
        tx.lock_members(std::slice::from_ref(member)).await?;
        tx.nodes(std::slice::from_ref(member)).await?;
        tx.begin_session(self.site(), self.sessions[0].node, "edge-1", 1).await?;
        tx.last_request(member).await?;
        tx.ohi_from(member).await?;
        // Taken back, so that the walk can be taken once more.
        drop(tx);
        Ok(())
    }

    async fn end(&self) -> Result<()> {
        let mut tx = self.stage.world.tx().await?;
        // Without an effect, as above.
        let former = |session: &Session| Session { epoch: session.epoch - 1, ..session.clone() };
        tx.end_sessions(&self.sessions.iter().map(former).collect::<Vec<_>>()).await?;
        Ok(tx.commit().await?)
    }
}
