//! Why a delivery process cannot start or go on.

/// What went wrong.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The store did not answer at the start.
    #[error(transparent)]
    Store(#[from] tmtp_store::Error),
    /// An option is out of range.
    #[error("option {0} is out of range")]
    Options(&'static str),
    /// `run` was called a second time.
    #[error("delivery runs already")]
    RunsAlready,
    /// A background task ended that must not: the process should end too.
    #[error("the {0} task ended")]
    TaskEnded(&'static str),
}
