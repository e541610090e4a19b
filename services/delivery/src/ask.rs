//! Who asks for something, and what makes the request the same one when it comes again.

use std::sync::Arc;

use tmtp_store::{MemberKey, Recorded, RequestClaim, RequestKey, Session, Site};
use tmtp_wire::MsgId;

/// A request's surroundings.
#[derive(Debug, Clone)]
pub(crate) struct Asked {
    pub session: Session,
    pub site: Arc<Site>,
    /// The new id will be above this.
    pub floor: MsgId,
    /// Ids up to this were acked on the very link that asks.
    pub acked_through: MsgId,
    /// See [`crate::digest`].
    pub digest: [u8; 16],
    /// Whether receivers may be sent what this makes before they read their queues: all that the session asked before was
    /// answered by this process, so nothing of it can be overtaken.
    pub may_push: bool,
}

impl Asked {
    pub fn member(&self) -> MemberKey {
        MemberKey { site: self.session.site, uid: self.session.uid.clone() }
    }

    pub fn key(&self) -> RequestKey {
        RequestKey { site: self.session.site, node: self.session.node, digest: self.digest }
    }

    pub fn claim(&self, recorded: Recorded) -> RequestClaim {
        RequestClaim {
            key: self.key(),
            epoch: self.session.epoch,
            recorded,
            acked_through: self.acked_through,
        }
    }
}
