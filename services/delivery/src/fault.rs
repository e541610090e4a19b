//! Why a call was not carried out, and what an edge is told of it.

use tonic::Status;

use crate::refusal::Refusal;

/// Why a call was not carried out.
#[derive(Debug, Clone)]
pub(crate) enum Fault {
    /// The client is told why.
    Refused(Refusal),
    /// The store cannot be reached; nothing was done. Trying again is right.
    Unavailable(String),
    /// The store failed while it committed: whether it took effect is not known. Trying again is right.
    InDoubt(String),
    /// The site is on its way to another database; nothing was done. Trying again is right.
    Away,
    /// A queue is full, or this process is stopping. Trying elsewhere is right.
    Busy(&'static str),
    /// The edge asked for something that makes no sense.
    Invalid(&'static str),
    /// Something that was asked for is gone.
    Gone,
    /// A defect; trying again will not help.
    Defect(String),
}

impl From<Refusal> for Fault {
    fn from(refusal: Refusal) -> Self {
        Self::Refused(refusal)
    }
}

impl From<tmtp_store::Error> for Fault {
    fn from(error: tmtp_store::Error) -> Self {
        match error {
            tmtp_store::Error::Unavailable(why) => Self::Unavailable(why),
            tmtp_store::Error::InDoubt(why) => Self::InDoubt(why),
            tmtp_store::Error::Away => Self::Away,
            tmtp_store::Error::Absent(_) => Self::Gone,
            other => Self::Defect(other.to_string()),
        }
    }
}

impl Fault {
    /// What a failed commit means: it may have taken effect all the same.
    pub fn of_commit(error: tmtp_store::Error) -> Self {
        match error {
            tmtp_store::Error::Unavailable(why) => Self::InDoubt(why),
            other => other.into(),
        }
    }

    /// Whether the store's absence is to blame, rather than what was asked of it.
    pub fn is_outage(&self) -> bool {
        matches!(self, Self::Unavailable(_) | Self::InDoubt(_))
    }

    /// Whether trying again, perhaps elsewhere, is right.
    pub fn passes(&self) -> bool {
        self.is_outage() || matches!(self, Self::Away | Self::Busy(_))
    }

    /// What becomes of a call that was carried out in several places: where all of them failed, most likely by an outage that
    /// they share, it fails, and is tried again as long as that is right for one of them.
    pub fn of_all<'r, T: 'r>(done: impl Iterator<Item = &'r Result<T, Self>>) -> Option<Self> {
        let faults: Vec<&Self> = done.map(|done| done.as_ref().err()).collect::<Option<_>>()?;
        faults.iter().find(|fault| fault.passes()).or(faults.first()).map(|fault| (*fault).clone())
    }

    /// A few constant words for metrics.
    pub fn outcome(&self) -> &'static str {
        match self {
            Self::Refused(_) => "refused",
            Self::Unavailable(_) | Self::InDoubt(_) => "unavailable",
            Self::Away => "away",
            Self::Busy(_) => "busy",
            Self::Invalid(_) => "invalid",
            Self::Gone => "gone",
            Self::Defect(_) => "defect",
        }
    }

    /// What the client is told, where trying again will not help; else the fault itself.
    pub fn into_refusal(self) -> Result<Refusal, Self> {
        match self {
            Self::Refused(refusal) => Ok(refusal),
            Self::Unavailable(_) | Self::InDoubt(_) | Self::Away | Self::Busy(_) => Err(self),
            Self::Invalid(_) | Self::Gone | Self::Defect(_) => {
                tracing::debug!(status = %self.into_status(), "a request failed");
                Ok(Refusal::failed())
            }
        }
    }

    /// The status for an edge. Defects are logged here, and only here.
    pub fn into_status(self) -> Status {
        match self {
            Self::Refused(refusal) => Status::failed_precondition(refusal.to_string()),
            Self::Unavailable(why) | Self::InDoubt(why) => {
                tracing::debug!(why, "a call has to be tried again");
                Status::unavailable("store unavailable")
            }
            Self::Away => Status::unavailable("the site moves"),
            Self::Busy(what) => Status::unavailable(what),
            Self::Invalid(what) => Status::invalid_argument(what),
            Self::Gone => Status::not_found("gone"),
            Self::Defect(what) => {
                tracing::error!(defect = %what, "a call failed for good");
                Status::internal("defect")
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_call_fails_only_where_all_of_it_did_and_for_good_only_where_trying_again_helps_nobody() {
        let (well, defect) = (Ok(()), Err(Fault::Defect("a bad index".to_owned())));
        let away = Err(Fault::Away);
        assert!(Fault::of_all([&well, &defect].into_iter()).is_none());
        assert!(Fault::of_all::<()>([].into_iter()).is_none());
        assert!(matches!(Fault::of_all([&defect, &away].into_iter()), Some(Fault::Away)));
        assert!(matches!(Fault::of_all([&defect, &defect].into_iter()), Some(Fault::Defect(_))));
    }
}
