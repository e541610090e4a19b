//! Administration: organizations, their sites, members and keys, and what was done. Not on the path of a message.
//!
//! A [`View`] reads; a [`Change`] is a transaction that reads and writes. Nothing of a site is found without a
//! [`Scope`], and a scope is found only through its organization. What is looked at or changed for one organization is
//! begun for it ([`Admin::view_of`], [`Admin::begin_of`]): Postgres then shows nothing of another.

mod audit;
mod certificates;
mod closing;
mod erasing;
mod figures;
mod grants;
mod imports;
mod invitations;
mod issuing;
mod kept;
mod keys;
mod letters;
mod mails;
mod members;
mod model;
mod names;
mod nodes;
mod orgs;
mod passkeys;
mod providers;
mod replies;
mod sites;
mod survey;
mod usage;
mod user_factors;
mod user_identities;
mod user_links;
mod user_providers;
mod user_sessions;
mod users;

use std::{
    collections::{BTreeMap, HashMap},
    ops::{Deref, DerefMut},
    sync::Arc,
};

use async_trait::async_trait;

pub use audit::{Link, Verdict, link_hash};
pub use certificates::{NewCertificate, SiteCertificate};
pub use closing::Erasure;
pub use erasing::{Erased, Waiting};
pub use figures::{FIGURES_COUNTED, SiteFigures};
pub use grants::{Grant, SigningKey};
pub(crate) use imports::spare_no_more;
pub use invitations::{Invitation, InvitationState, NewInvitation};
pub use issuing::{Claim, Issuing, PastOrder, Tried};
pub use kept::{Kept, Remembered, RevokedNode};
pub use letters::{LettersFull, LettersMax};
pub use mails::{Mail, MailOf, MailState};
pub use model::*;
pub use names::Assigned;
pub use passkeys::{NewPasskey, PASSKEYS_MAX, PasskeyChallenge, PasskeyId, StoredPasskey};
pub use providers::ProviderFault;
pub use survey::Surveyed;
pub(crate) use survey::{AllFigures, all_figures};
pub use usage::{USAGE_DAYS, UsageDay};
pub use user_identities::UserSignIn;
pub use user_links::UserLink;
pub use user_providers::{UserProvider, UserProviderId, UserProviderSettings};
pub use user_sessions::{NewUserSession, TOUCH_MS, USER_SESSIONS_MAX, UserSession, UserSessionId};
pub use users::{Account, NewUser, User, UserId};

use crate::{
    Error, MAIN_SHARD, Result, SiteId, Tx,
    sql::{Conn, Connect, values},
    steps::admissions,
};

/// Whose rows a database shows, where it can tell them apart.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Bounds {
    /// An organization's, on main.
    Org(OrgId),
    /// A site's, in another database.
    Site(SiteId),
}

/// A database that can be administered.
#[async_trait]
pub(crate) trait Administer: Connect {
    /// Begins a transaction.
    async fn begin_admin(&self, within: Option<Bounds>) -> Result<Box<dyn AdminTx>>;
    /// A connection to read with.
    async fn reading_within(&self, within: Option<Bounds>) -> Result<Box<dyn Conn>>;
    /// Figures of all sites that it has something of.
    async fn all_figures(&self, today: i64) -> Result<AllFigures>;
}

/// A transaction, and the connection that it is on.
#[async_trait]
pub(crate) trait AdminTx: Tx {
    fn conn(&mut self) -> &mut dyn Conn;
    /// As [`crate::Store::begin`] at this site, from here on.
    async fn enter(&mut self, site: SiteId) -> Result<()>;
}

/// Administration of a store.
#[derive(Clone)]
pub struct Admin {
    over: Arc<dyn Administer>,
    /// Databases that have what is in some sites, by name.
    others: Others,
}

type Others = Arc<BTreeMap<String, Arc<dyn Administer>>>;

impl Admin {
    pub(crate) fn new(over: impl Administer) -> Self {
        Self { over: Arc::new(over), others: Others::default() }
    }

    /// With these others, in which some sites are.
    pub(crate) fn with<A: Administer>(self, others: impl Iterator<Item = (String, A)>) -> Self {
        let shared = |(name, one)| (name, Arc::new(one) as Arc<dyn Administer>);
        Self { others: Arc::new(others.map(shared).collect()), ..self }
    }

    /// Every database by itself: for upkeep, which does the same in each.
    fn each(&self) -> impl Iterator<Item = Self> {
        let all = std::iter::once(&self.over).chain(self.others.values());
        all.map(|over| Self { over: over.clone(), others: Others::default() })
    }

    /// A look at what is committed.
    pub async fn view(&self) -> Result<View> {
        self.look(None).await
    }

    /// The same at what is this organization's. Nothing else is to be seen. On Postgres it is a transaction: not to be held
    /// for long, and of no use after an error.
    pub async fn view_of(&self, org: OrgId) -> Result<View> {
        self.look(Some(org)).await
    }

    async fn look(&self, org: Option<OrgId>) -> Result<View> {
        let over = self.over.reading_within(org.map(Bounds::Org)).await?;
        Ok(self.beginning(Over::Connection(over), org))
    }

    /// Begins a transaction. What it wrote is gone when it is dropped before [`Change::commit`]. Do not drop a future
    /// of it half-way: run changes in tasks of their own.
    pub async fn begin(&self) -> Result<Change> {
        self.change(None).await
    }

    /// The same for what is this organization's. Nothing else can be seen or changed.
    pub async fn begin_of(&self, org: OrgId) -> Result<Change> {
        self.change(Some(org)).await
    }

    async fn change(&self, org: Option<OrgId>) -> Result<Change> {
        let over = Over::Transaction(self.over.begin_admin(org.map(Bounds::Org)).await?);
        Ok(Change { view: self.beginning(over, org) })
    }

    fn beginning(&self, over: Over, org: Option<OrgId>) -> View {
        View { over, org, others: self.others.clone(), sites: HashMap::new(), there: BTreeMap::new() }
    }

    /// Notes that a key was used, outside of any transaction.
    pub async fn touch_key(&self, key: KeyId, now_ms: i64) -> Result<()> {
        keys::touch(&mut *self.over.writing().await?, key, now_ms).await
    }

    /// Notes that a user's session was used, outside of any transaction.
    pub async fn touch_user_session(&self, session: UserSessionId, now_ms: i64) -> Result<()> {
        user_sessions::touch(&mut *self.over.writing().await?, session, now_ms).await
    }

    /// Removes users' sessions that began before one time or were used last before another, at most `limit`; returns how
    /// many there were.
    pub async fn forget_user_sessions(&self, began_ms: i64, used_ms: i64, limit: u32) -> Result<u64> {
        user_sessions::forget(&mut *self.over.writing().await?, began_ms, used_ms, limit).await
    }

    /// Removes users' links that ended before this, at most `limit`; returns how many there were.
    pub async fn forget_user_links(&self, before_ms: i64, limit: u32) -> Result<u64> {
        user_links::forget(&mut *self.over.writing().await?, before_ms, limit).await
    }

    /// Removes people's sign-ins under way that ended before this, at most `limit`; returns how many there were.
    pub async fn forget_user_sign_ins(&self, before_ms: i64, limit: u32) -> Result<u64> {
        user_identities::forget(&mut *self.over.writing().await?, before_ms, limit).await
    }

    /// Removes challenges of passkeys that ended before this, at most `limit`; returns how many there were.
    pub async fn forget_passkey_challenges(&self, before_ms: i64, limit: u32) -> Result<u64> {
        passkeys::forget(&mut *self.over.writing().await?, before_ms, limit).await
    }

    /// Forgets answers older than this, at most `limit`; returns how many there were.
    pub async fn forget_replies(&self, before_ms: i64, limit: u32) -> Result<u64> {
        replies::forget(&mut *self.over.writing().await?, before_ms, limit).await
    }

    /// Forgets how many letters organizations had sent on days before this one, at most `limit` rows; returns how many.
    pub async fn forget_letters(&self, before_day: i64, limit: u32) -> Result<u64> {
        letters::forget(&mut *self.over.writing().await?, before_day, limit).await
    }

    /// Lets go of the names that invitations kept which have ended by now, at most `limit`; returns how many there were.
    pub async fn end_invitations(&self, now_ms: i64, limit: u32) -> Result<u64> {
        let mut sum = Sum::default();
        for one in self.each() {
            sum.add(one.end_invitations_here(now_ms, limit).await);
        }
        sum.end()
    }

    async fn end_invitations_here(&self, now_ms: i64, limit: u32) -> Result<u64> {
        let mut change = self.begin().await?;
        let ended = change.end_invitations(now_ms, limit).await?;
        change.commit().await?;
        Ok(ended)
    }

    /// Forgets authorization codes and tokens that ended before this, at most `limit` of each; returns how many there
    /// were.
    pub async fn forget_grants(&self, before_ms: i64, limit: u32) -> Result<u64> {
        let mut sum = Sum::default();
        for one in self.each() {
            sum.add(one.forget_grants_here(before_ms, limit).await);
        }
        sum.end()
    }

    async fn forget_grants_here(&self, before_ms: i64, limit: u32) -> Result<u64> {
        admissions::forget(&mut *self.over.writing().await?, before_ms, limit).await
    }
}

/// What came of the same upkeep in several databases: one that is away keeps none of the others from it.
#[derive(Default)]
struct Sum {
    rows: u64,
    fault: Option<Error>,
}

impl Sum {
    fn add(&mut self, done: Result<u64>) {
        match done {
            Ok(rows) => self.rows += rows,
            Err(error) => self.fault = self.fault.take().or(Some(error)),
        }
    }

    fn end(self) -> Result<u64> {
        self.fault.map_or(Ok(self.rows), Err)
    }
}

/// Finds things.
pub struct View {
    over: Over,
    /// Whom it is for alone.
    org: Option<OrgId>,
    others: Others,
    /// In which other database a site is, of the sites that were looked into so far.
    sites: HashMap<SiteId, Option<String>>,
    /// The same as `over` in other databases, of those that were needed so far.
    there: BTreeMap<String, Over>,
}

enum Over {
    Connection(Box<dyn Conn>),
    Transaction(Box<dyn AdminTx>),
}

impl Over {
    fn conn(&mut self) -> &mut dyn Conn {
        match self {
            Self::Connection(conn) => &mut **conn,
            Self::Transaction(tx) => tx.conn(),
        }
    }

    fn tx(&mut self) -> Result<&mut dyn AdminTx> {
        match self {
            Self::Transaction(tx) => Ok(&mut **tx),
            Self::Connection(_) => Err(not_a_transaction()),
        }
    }

    async fn commit(self) -> Result<()> {
        match self {
            Self::Transaction(tx) => tx.commit().await,
            Self::Connection(_) => Err(not_a_transaction()),
        }
    }
}

impl View {
    /// For what is in no site.
    fn conn(&mut self) -> &mut dyn Conn {
        self.over.conn()
    }

    /// For what is in this site. [`Error::Away`] where it is to be changed and moves at this moment.
    async fn at(&mut self, site: SiteId) -> Result<&mut dyn Conn> {
        Ok(self.over_at(site).await?.conn())
    }

    async fn over_at(&mut self, site: SiteId) -> Result<&mut Over> {
        let shard = match self.sites.get(&site) {
            Some(known) => known.clone(),
            None => self.go_to(site).await?,
        };
        match shard {
            None => Ok(&mut self.over),
            Some(shard) => self.there.get_mut(&shard).ok_or_else(|| unknown(&shard)),
        }
    }

    /// Finds out where a site is, and enters it there.
    async fn go_to(&mut self, site: SiteId) -> Result<Option<String>> {
        let found = self.conn().first("SELECT shard FROM sites WHERE id = $1", values![site]).await?;
        let shard = found.map(|row| row.text(0)).transpose()?.filter(|shard| shard != MAIN_SHARD);
        if let Some(shard) = &shard {
            self.reach(shard, site).await?;
        }
        let over = shard.as_ref().map_or(Some(&mut self.over), |shard| self.there.get_mut(shard));
        if let Some(Over::Transaction(tx)) = over {
            tx.enter(site).await?;
        }
        self.sites.insert(site, shard.clone());
        Ok(shard)
    }

    /// Has the other database ready, and showing this site.
    async fn reach(&mut self, shard: &str, site: SiteId) -> Result<()> {
        let Some(over) = self.there.get_mut(shard) else {
            let other = self.others.get(shard).ok_or_else(|| unknown(shard))?;
            let within = self.org.map(|_| Bounds::Site(site));
            let over = match self.over {
                Over::Connection(_) => Over::Connection(other.reading_within(within).await?),
                Over::Transaction(_) => Over::Transaction(other.begin_admin(within).await?),
            };
            self.there.insert(shard.to_owned(), over);
            return Ok(());
        };
        if self.org.is_some() {
            let sql = "SELECT set_config('tmtp.sites',
                           (current_setting('tmtp.sites')::bigint[] || CAST($1 AS bigint))::text, true)";
            over.conn().first(sql, values![site]).await?;
        }
        Ok(())
    }
}

fn unknown(shard: &str) -> Error {
    Error::Option(format!("shards.{shard}: there is no such section, and a site is in it"))
}

/// A transaction: finds things and changes them.
pub struct Change {
    view: View,
}

impl Change {
    /// Makes it all durable. What is in a site of another database first: were there an end between the two, what was done
    /// would stand and its line in the audit log would not.
    pub async fn commit(self) -> Result<()> {
        for over in self.view.there.into_values() {
            over.commit().await?;
        }
        self.view.over.commit().await
    }

    /// The steps that delivery has at this site, in the same transaction.
    pub async fn tx_at(&mut self, site: SiteId) -> Result<&mut dyn Tx> {
        Ok(self.view.over_at(site).await?.tx()?)
    }
}

fn not_a_transaction() -> Error {
    Error::Defect("a change without a transaction".to_owned())
}

impl Deref for Change {
    type Target = View;

    fn deref(&self) -> &View {
        &self.view
    }
}

impl DerefMut for Change {
    fn deref_mut(&mut self) -> &mut View {
        &mut self.view
    }
}

/// A search text as a pattern for LIKE: anywhere in the text, letters A to Z in either case. Empty matches all.
fn pattern(search: &str) -> String {
    let mut pattern = String::from("%");
    for letter in search.to_ascii_lowercase().chars().filter(|letter| *letter != '\0') {
        if matches!(letter, '%' | '_' | '\\') {
            pattern.push('\\');
        }
        pattern.push(letter);
    }
    pattern.push('%');
    pattern
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_has_a_meaning_in_patterns_is_taken_for_itself() {
        assert_eq!(pattern("50%_A\\"), "%50\\%\\_a\\\\%");
        assert_eq!(pattern(""), "%%");
        assert_eq!(pattern("a\0b"), "%ab%");
    }
}
