//! Sites in several Postgres databases: see the README, "Shards".

mod moving;
mod number;
mod rows;

use std::{collections::BTreeMap, sync::Arc};

use async_trait::async_trait;
use sqlx::PgConnection;

pub use number::number_shard;

use crate::{
    Error, MAIN_SHARD, Result, SiteId, Store, StoreOptions,
    options::Kind,
    postgres::{PgStore, connect},
};

/// All databases of an installation.
#[derive(Debug, Clone)]
pub struct Databases {
    /// The one that has the directory of sites.
    pub main: StoreOptions,
    /// The others, by name.
    pub others: BTreeMap<String, StoreOptions>,
}

/// What a move has come to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Step {
    /// The directory says that the site moves: processes are to hear of it.
    Noted,
    /// The database that it comes from takes nothing for it any more.
    Left,
    /// Rows of a table are being copied; so many octets of all tables are.
    Copying {
        /// The table.
        table: &'static str,
        /// Octets so far.
        octets: u64,
    },
    /// The copy is the same as what it was made from.
    Compared {
        /// Rows in all tables.
        rows: u64,
    },
    /// The database that it goes to is in charge of it.
    Arrived,
    /// The directory says so: processes are to hear of it.
    Told,
    /// What was left in the database that it came from is gone.
    Cleared,
}

/// Hears how a move goes. An error ends the move there, as a kill would: another run completes it.
#[async_trait]
pub trait Witness: Send {
    /// It has come to this.
    async fn see(&mut self, step: Step) -> Result<()>;
}

impl Databases {
    /// Whether the others make sense, without reaching for them.
    pub fn check(&self) -> Result<()> {
        if !self.others.is_empty() && self.main.kind()? != Kind::Postgres {
            return Err(Error::Option("url: with [shards] it is postgres://..".to_owned()));
        }
        for (name, options) in &self.others {
            let is_fit =
                |letter: u8| letter.is_ascii_lowercase() || letter.is_ascii_digit() || letter == b'_';
            let is_fit = (1..=32).contains(&name.len()) && name.bytes().all(is_fit) && !name.contains("__");
            if name == MAIN_SHARD || !is_fit {
                let what =
                    format!("shards.{name}: a name has 1 to 32 of a-z, 0-9 and single _, and is not main");
                return Err(Error::Option(what));
            }
            options.check().map_err(|error| match error {
                Error::Option(what) => Error::Option(format!("shards.{name}.{what}")),
                other => other,
            })?;
            if options.kind()? != Kind::Postgres {
                return Err(Error::Option(format!("shards.{name}.url: postgres://..")));
            }
        }
        Ok(())
    }

    /// Takes a site's own rows to the database of this name, or completes what an earlier run began. Posts and logins at
    /// the site fail from [`Step::Left`] to [`Step::Told`], to be tried again; other sites are not concerned.
    pub async fn move_site(&self, site: SiteId, to: &str, witness: &mut dyn Witness) -> Result<()> {
        moving::run(self, site, to, witness).await
    }

    fn options(&self, name: &str) -> Result<&StoreOptions> {
        let found = if name == MAIN_SHARD { Some(&self.main) } else { self.others.get(name) };
        found.ok_or_else(|| Error::Option(format!("shards.{name}: there is no such section")))
    }

    fn names(&self) -> impl Iterator<Item = &str> {
        std::iter::once(MAIN_SHARD).chain(self.others.keys().map(String::as_str))
    }

    /// Connects, and sees that it is that database.
    async fn connect(&self, name: &str) -> Result<PgConnection> {
        let options = self.options(name)?;
        if options.kind()? != Kind::Postgres {
            return Err(Error::Option("url: sites in several databases are for Postgres".to_owned()));
        }
        let mut conn = connect::migrating(options).await?;
        number::require(&mut conn, name).await?;
        // Rows are compared as text.
        sqlx::query("SET bytea_output = 'hex'").execute(&mut conn).await?;
        Ok(conn)
    }
}

/// The databases of an installation, open.
pub struct Opened {
    /// The one that has the directory of sites. Its [`Store::admin`] administers what is in sites wherever they are.
    pub main: Arc<dyn Store>,
    /// The others, by name.
    pub others: BTreeMap<String, Arc<dyn Store>>,
    /// Of these others, those that did not answer, and what went wrong. They may answer later: their sites have to wait, and
    /// others must not.
    pub silent: Vec<(String, Error)>,
}

/// Opens all databases. Main has to answer.
pub async fn open_all(all: &Databases) -> Result<Opened> {
    if all.others.is_empty() {
        return Ok(Opened {
            main: crate::open(&all.main).await?,
            others: BTreeMap::new(),
            silent: Vec::new(),
        });
    }
    all.main.check()?;
    let mut main = PgStore::open(&all.main).await?;
    let (mut others, mut silent) = (BTreeMap::new(), Vec::new());
    for (name, options) in &all.others {
        let (store, fault) = open_shard(name, options).await?;
        silent.extend(fault.map(|fault| (name.clone(), fault)));
        others.insert(name.clone(), store);
    }
    main.know(others.clone());
    let shared = |(name, store)| (name, Arc::new(store) as Arc<dyn Store>);
    Ok(Opened { main: Arc::new(main), others: others.into_iter().map(shared).collect(), silent })
}

/// Whether a database answers, is the shard of this name, and has a schema that is up to date.
pub async fn examine(name: &str, options: &StoreOptions) -> Result<()> {
    let one = StoreOptions { connections: 1, ..options.clone() };
    match open_shard(name, &one).await? {
        (_, None) => Ok(()),
        (_, Some(fault)) => Err(fault),
    }
}

async fn open_shard(name: &str, options: &StoreOptions) -> Result<(PgStore, Option<Error>)> {
    options.check()?;
    match connect::migrating(options).await {
        Ok(mut conn) => {
            number::require(&mut conn, name).await?;
            Ok((PgStore::open(options).await?, None))
        }
        Err(error @ Error::Unavailable(_)) => Ok((PgStore::open_later(options)?, Some(error))),
        Err(error) => Err(error),
    }
}
