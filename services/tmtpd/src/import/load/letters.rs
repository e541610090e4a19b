//! Messages that wait, in order of id. How far they came is noted with them: none comes a second time, though its devices
//! may have taken it meanwhile.

use std::{
    collections::HashMap,
    fs::File,
    io::{Read as _, Seek as _, SeekFrom},
    path::Path,
};

use anyhow::{Context as _, anyhow, ensure};
use bytes::Bytes;
use indicatif::ProgressBar;
use tmtp_store::{Body, CHUNK_OCTETS, NewEntry, NewMessage, NodeId};
use tmtp_wire::MsgId;

use super::{Came, Place, people::label};
use crate::import::{
    letter::{self, Letter},
    survey::{Survey, Waiting},
};

/// Messages in one transaction, and octets of their data.
const AT_ONCE: usize = 100;
const OCTETS_AT_ONCE: u64 = 4 << 20;
/// Nodes of a member that are looked for.
const NODES: u32 = 1_000;

/// Nodes by user and number.
type Nodes = HashMap<(u32, u8), NodeId>;

/// What one transaction takes.
#[derive(Default)]
struct Batch {
    messages: Vec<NewMessage>,
    entries: Vec<NewEntry>,
    octets: u64,
    through: MsgId,
}

impl Place<'_> {
    pub(super) async fn letters(
        &self,
        survey: &Survey,
        came: &mut Came,
        bar: &ProgressBar,
    ) -> anyhow::Result<()> {
        let through = self.admin.view().await?.imported_through(&self.scope).await?;
        let mut nodes = Nodes::new();
        let mut batch = Batch::default();
        for (id, waiting) in &survey.waiting {
            if *id > through {
                self.find_nodes(survey, waiting, &mut nodes).await?;
                self.add(&mut batch, survey, (*id, waiting), &nodes).await?;
                if batch.messages.len() >= AT_ONCE || batch.octets >= OCTETS_AT_ONCE {
                    came.messages += self.store_batch(std::mem::take(&mut batch)).await?;
                }
            }
            bar.inc(1);
        }
        came.messages += self.store_batch(batch).await?;
        Ok(())
    }

    /// Learns which of our nodes those are that a message waits for.
    async fn find_nodes(&self, survey: &Survey, waiting: &Waiting, nodes: &mut Nodes) -> anyhow::Result<()> {
        for (place, num) in &waiting.places {
            if nodes.contains_key(&(*place, *num)) {
                continue;
            }
            let Some(user) = survey.users.get(usize::try_from(*place)?) else { continue };
            let found = self.admin.view().await?.nodes_of(&self.scope, &user.uid, NODES).await?;
            for node in &user.nodes {
                let wanted = label(node.num);
                if let Some(one) = found.iter().find(|one| one.label == wanted) {
                    nodes.insert((*place, node.num), one.node);
                }
            }
        }
        Ok(())
    }

    async fn add(
        &self,
        batch: &mut Batch,
        survey: &Survey,
        (id, waiting): (MsgId, &Waiting),
        nodes: &Nodes,
    ) -> anyhow::Result<()> {
        batch.through = id;
        let mut receivers: Vec<NodeId> =
            waiting.places.iter().filter_map(|place| nodes.get(place)).copied().collect();
        receivers.sort_unstable();
        receivers.dedup();
        if receivers.is_empty() {
            // Its devices were revoked since they came.
            return Ok(());
        }
        let file = survey.file_of(self.qstore, id, waiting).context("a message without a file")?;
        let letter = letter::read(&file, id).map_err(|what| anyhow!("{}: {what}", file.display()))?;
        let body = self.body(&file, &letter).await.with_context(|| file.display().to_string())?;
        if let Body::Inline(data) = &body {
            batch.octets += data.len() as u64;
        }
        let Letter { id, posted, head, urgent, .. } = letter;
        let message = batch.messages.len();
        batch.messages.push(NewMessage { site: self.site.id, id, posted, head, body, urgent });
        batch.entries.extend(receivers.into_iter().map(|node| NewEntry { message, node }));
        Ok(())
    }

    /// The data: in the row, or in the body store where it is large.
    async fn body(&self, path: &Path, letter: &Letter) -> anyhow::Result<Body> {
        let mut file = File::open(path)?;
        file.seek(SeekFrom::Start(letter.head.len() as u64))?;
        let mut data = file.take(letter.octets);
        if letter.octets <= self.inline_octets_max {
            let mut octets = Vec::new();
            data.read_to_end(&mut octets)?;
            ensure!(octets.len() as u64 == letter.octets, "was cut short");
            return Ok(Body::Inline(octets.into()));
        }
        let mut writer = self.bodies.create(self.site.id).await?;
        let mut written = 0;
        loop {
            let mut chunk = Vec::new();
            (&mut data).take(CHUNK_OCTETS as u64).read_to_end(&mut chunk)?;
            if chunk.is_empty() {
                break;
            }
            written += chunk.len() as u64;
            writer.write(Bytes::from(chunk)).await?;
        }
        ensure!(written == letter.octets, "was cut short");
        Ok(Body::Blob { key: writer.finish().await?, octets: written })
    }

    /// Returns how many messages that were.
    async fn store_batch(&self, batch: Batch) -> anyhow::Result<u64> {
        if batch.through == MsgId(0) {
            return Ok(0);
        }
        let mut change = self.admin.begin().await?;
        if !batch.messages.is_empty() {
            let tx = change.tx_at(self.site.id).await?;
            tx.hold_nodes(&[self.site.id]).await?;
            tx.add_messages(&batch.messages, &batch.entries).await?;
        }
        change.note_imported(&self.scope, batch.through, self.now_ms).await?;
        change.commit().await?;
        Ok(batch.messages.len() as u64)
    }
}
