//! Takes in the data of a request as it streams: small parts stay in memory, large ones go to the body store.

use bytes::{Bytes, BytesMut};
use tmtp_store::{Body, BodyWriter, Site, SiteId};
use tmtp_wire::{Error as WireError, Head, Request, TEXT_OCTETS_MAX};

use crate::{bodies::HeldBlobs, core::Core, digest::Digest, fault::Fault, refusal::Refusal};

/// Takes data until all that the header announced has come.
pub(crate) struct Intake<'c> {
    core: &'c Core,
    site: SiteId,
    digest: Digest,
    /// Lengths of the parts still to come, the next one last.
    lengths: Vec<u64>,
    part: Part,
    bodies: Vec<Body>,
    blobs: HeldBlobs,
}

/// The part that is coming in.
struct Part {
    left: u64,
    whole: u64,
    to: Destination,
}

enum Destination {
    Memory(BytesMut),
    Blob(Box<dyn BodyWriter>),
}

/// What was taken in.
pub(crate) struct Taken {
    pub digest: [u8; 16],
    /// For PostNotify the notification, then the message; else the data.
    pub bodies: Vec<Body>,
    pub blobs: HeldBlobs,
}

/// Is there anything wrong with a request that shows before its data has come?
pub(crate) fn check(site: &Site, head: &Head) -> Result<(), Refusal> {
    let most = match &head.request {
        Request::Ping { .. } | Request::GroupInvite { .. } => TEXT_OCTETS_MAX,
        Request::Post { .. } | Request::PostNotify { .. } => site.settings.message_octets_max,
        _ => 0,
    };
    if head.data_len > most {
        return Err(WireError::DataTooLong.into());
    }
    if let Request::PostNotify { post, note, .. } = &head.request {
        if head.data_len <= note.len {
            return Err(WireError::DataTooShort.into());
        }
        if note.for_not_self && post.to.is_empty() {
            return Err(WireError::NoRecipients.into());
        }
    }
    Ok(())
}

impl<'c> Intake<'c> {
    /// Expects the data of this request.
    pub async fn new(core: &'c Core, site: SiteId, head: &Head, header: &[u8]) -> Result<Self, Fault> {
        let mut lengths = match &head.request {
            Request::PostNotify { note, .. } => vec![head.data_len.saturating_sub(note.len), note.len],
            _ => vec![head.data_len],
        };
        let first = lengths.pop().unwrap_or(0);
        let part = Part::new(core, site, first).await?;
        let digest = Digest::new(head.request.name(), header);
        let blobs = HeldBlobs::new(core.trash.clone());
        Ok(Self { core, site, digest, lengths, part, bodies: Vec::new(), blobs })
    }

    /// Takes a chunk; waits where the body store is slower than the sender.
    pub async fn put(&mut self, mut chunk: Bytes) -> Result<(), Fault> {
        self.digest.data(&chunk);
        loop {
            let fits = usize::try_from(self.part.left).unwrap_or(usize::MAX).min(chunk.len());
            self.part.put(chunk.split_to(fits)).await?;
            if self.part.left > 0 || !self.next_part().await? {
                break;
            }
        }
        if chunk.is_empty() { Ok(()) } else { Err(Fault::Invalid("more data than announced")) }
    }

    /// All has come.
    pub async fn finish(mut self) -> Result<Taken, Fault> {
        if self.part.left > 0 || !self.lengths.is_empty() {
            return Err(Fault::Invalid("less data than announced"));
        }
        self.close_part().await?;
        Ok(Taken { digest: self.digest.finish(), bodies: self.bodies, blobs: self.blobs })
    }

    /// Goes on to the next part; `false` when this was the last.
    async fn next_part(&mut self) -> Result<bool, Fault> {
        let Some(length) = self.lengths.pop() else { return Ok(false) };
        self.close_part().await?;
        self.part = Part::new(self.core, self.site, length).await?;
        Ok(true)
    }

    async fn close_part(&mut self) -> Result<(), Fault> {
        let part = std::mem::replace(&mut self.part, Part::nothing());
        let body = match part.to {
            Destination::Memory(data) => Body::Inline(data.freeze()),
            Destination::Blob(writer) => {
                let key = writer.finish().await?;
                self.blobs.hold(key.clone());
                Body::Blob { key, octets: part.whole }
            }
        };
        self.bodies.push(body);
        Ok(())
    }
}

impl Part {
    fn nothing() -> Self {
        Self { left: 0, whole: 0, to: Destination::Memory(BytesMut::new()) }
    }

    async fn new(core: &Core, site: SiteId, length: u64) -> Result<Self, Fault> {
        let to = if length > core.options.inline_octets_max as u64 {
            Destination::Blob(core.bodies.create(site).await?)
        } else {
            Destination::Memory(BytesMut::new())
        };
        Ok(Self { left: length, whole: length, to })
    }

    async fn put(&mut self, chunk: Bytes) -> Result<(), Fault> {
        if chunk.is_empty() {
            return Ok(());
        }
        self.left -= chunk.len() as u64;
        match &mut self.to {
            Destination::Memory(data) => data.extend_from_slice(&chunk),
            Destination::Blob(writer) => writer.write(chunk).await?,
        }
        Ok(())
    }
}
