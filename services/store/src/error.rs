//! What can go wrong with a store.

/// What went wrong.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The database or body store cannot be reached, is restarting, or gave up on a conflict of locks: try again.
    /// Whether a [`crate::Tx::commit`] took effect is then not known.
    #[error("store unavailable: {0}")]
    Unavailable(String),
    /// As above, but what was asked for was under way: whether it took effect is not known.
    #[error("store unavailable, outcome unknown: {0}")]
    InDoubt(String),
    /// The database is not in charge of a site: it moves to another, or has moved. Nothing was done; try again, where it is
    /// by then.
    #[error("the site is not in this database: it moves, or has moved")]
    Away,
    /// A host name leads to another site already.
    #[error("{0} is taken")]
    Taken(String),
    /// There is no such thing.
    #[error("no such {0}")]
    Absent(&'static str),
    /// The schema is older than this program: run `tmtpd migrate`.
    #[error("the database schema is not up to date ({0}): run `tmtpd migrate`")]
    Outdated(String),
    /// An option is wrong or missing.
    #[error("store option {0}")]
    Option(String),
    /// A backup cannot be taken here, or not be brought back.
    #[error("backup: {0}")]
    Backup(String),
    /// What is stored, or the database itself, is not as it should be. Trying again will not help.
    #[error("store defect: {0}")]
    Defect(String),
}

impl Error {
    /// A short name, for metrics.
    pub(crate) fn kind(&self) -> &'static str {
        match self {
            Self::Unavailable(_) | Self::InDoubt(_) => "unavailable",
            Self::Away => "away",
            Self::Taken(_) => "taken",
            Self::Absent(_) => "absent",
            Self::Outdated(_) => "outdated",
            Self::Option(_) => "option",
            Self::Backup(_) => "backup",
            Self::Defect(_) => "defect",
        }
    }

    /// Of a call that commits before it returns.
    pub(crate) fn or_done(self) -> Self {
        match self {
            Self::Unavailable(why) => Self::InDoubt(why),
            other => other,
        }
    }
}

/// The result of a call to a store.
pub type Result<T> = std::result::Result<T, Error>;

impl From<sqlx::Error> for Error {
    fn from(error: sqlx::Error) -> Self {
        if passes(&error) {
            Self::Unavailable(error.to_string())
        } else if error.as_database_error().and_then(|error| error.code()).is_some_and(|code| code == AWAY) {
            Self::Away
        } else {
            Self::Defect(error.to_string())
        }
    }
}

/// What `enter_1` says where the database is not in charge of a site.
const AWAY: &str = "TM001";

/// Whether trying again, perhaps later, may well succeed.
fn passes(error: &sqlx::Error) -> bool {
    match error {
        sqlx::Error::Io(_)
        | sqlx::Error::Tls(_)
        | sqlx::Error::Protocol(_)
        | sqlx::Error::PoolTimedOut
        | sqlx::Error::PoolClosed
        | sqlx::Error::WorkerCrashed
        | sqlx::Error::BeginFailed => true,
        sqlx::Error::Database(error) => error.code().is_some_and(|code| {
            if error.try_downcast_ref::<sqlx::sqlite::SqliteError>().is_some() {
                passes_sqlite(&code)
            } else {
                passes_postgres(&code)
            }
        }),
        _ => false,
    }
}

/// By class: 08 connection lost, 40 rolled back (deadlock, serialization), 53 out of resources, 57 an operator
/// stepped in (shutdown, cancelled, statement timeout). By code: lock timeout, idle in transaction for too long, and
/// read-only, which is what a former primary says after a failover.
fn passes_postgres(code: &str) -> bool {
    matches!(code.get(..2), Some("08" | "40" | "53" | "57")) || matches!(code, "55P03" | "25P03" | "25006")
}

/// Busy, locked, input or output failed, disk full. The low octet is the kind, the rest of the code tells more.
fn passes_sqlite(code: &str) -> bool {
    code.parse::<u32>().is_ok_and(|code| matches!(code & 0xff, 5 | 6 | 10 | 13))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_may_pass_is_told_from_what_will_not() {
        let passing =
            ["57P01", "57P02", "57P03", "57014", "40P01", "40001", "08006", "53300", "55P03", "25006"];
        assert!(passing.iter().all(|code| passes_postgres(code)));
        assert!(!["23505", "42P01", "22021", "25P02", ""].iter().any(|code| passes_postgres(code)));
        assert!(["5", "517", "6", "13", "266"].iter().all(|code| passes_sqlite(code)));
        assert!(!["1", "2067", "11", "x"].iter().any(|code| passes_sqlite(code)));
    }

    #[test]
    fn a_connection_that_broke_is_unavailable() {
        let broken = sqlx::Error::Io(std::io::ErrorKind::ConnectionReset.into());
        assert!(matches!(Error::from(broken), Error::Unavailable(_)));
        assert!(matches!(Error::from(sqlx::Error::RowNotFound), Error::Defect(_)));
    }
}
