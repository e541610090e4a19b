//! What can go wrong with a store.

/// What went wrong.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The database or body store cannot be reached, is restarting, or gave up on a conflict of locks: try again.
    /// Whether a commit took effect is then not known.
    #[error("store unavailable: {0}")]
    Unavailable(String),
    /// A host name leads to another site already.
    #[error("{0} is taken")]
    Taken(String),
    /// There is no such thing.
    #[error("no such {0}")]
    Absent(&'static str),
    /// What is stored, or the database itself, is not as it should be. Trying again will not help.
    #[error("store defect: {0}")]
    Defect(String),
}

/// The result of a call to a store.
pub type Result<T> = std::result::Result<T, Error>;
