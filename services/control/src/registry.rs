//! The one way to change anything: the rules are kept, what was done is logged in the same transaction, and once it is
//! stored those who need to know are told.

use std::{net::IpAddr, sync::Arc};

use bytes::Bytes;
use serde_json::Value;
use tmtp_bus::{Bus, NOTICES, SITES};
use tmtp_platform::{Clock, Outside};
use tmtp_store::{
    Admin, SiteId, Store,
    admin::{AuditRow, CallerId, Change, Deed, KeyId, OrgId, Reply, Scope, User, View},
};

use crate::{Error, Result, difference};

/// Who does something, and from where: for the audit log.
#[derive(Debug, Clone)]
pub struct By {
    /// Who, in words.
    pub actor: String,
    /// From which address.
    pub address: String,
    /// The same for programs: whose repetitions of a request are whose.
    pub caller: CallerId,
    /// For the provider: a site that it suspends, the site's organization cannot resume.
    pub is_provider: bool,
}

impl By {
    /// Somebody who works on the database itself, by command line.
    pub fn command_line() -> Self {
        Self::provider("command line")
    }

    /// The service, which does what somebody wanted done in time.
    pub fn itself() -> Self {
        Self::provider("the service")
    }

    fn provider(actor: &str) -> Self {
        let (actor, address) = (actor.to_owned(), String::new());
        Self { actor, address, caller: KeyId(0).into(), is_provider: true }
    }

    /// Somebody who signed in, or is about to.
    pub fn user(user: &User, address: IpAddr) -> Self {
        let actor = format!("user {} ({})", user.id.0, user.email);
        let is_provider = user.org == OrgId::PROVIDER;
        Self { actor, address: address.to_string(), caller: user.id.into(), is_provider }
    }
}

/// Names a creation, so that a repetition makes nothing new.
#[derive(Debug, Clone)]
pub struct Once {
    /// The name, of the caller's choice.
    pub name: String,
    /// SHA-256 of the request.
    pub digest: Vec<u8>,
}

/// What a creation gave.
#[derive(Debug, Clone, PartialEq)]
pub enum Created<T> {
    /// It was made now.
    New(T),
    /// It was made by the same request before; as it is now.
    Before(T),
}

impl<T> Created<T> {
    /// What was made.
    pub fn into_inner(self) -> T {
        match self {
            Self::New(made) | Self::Before(made) => made,
        }
    }
}

/// Everything that can be administered.
#[derive(Clone)]
pub struct Registry {
    pub(crate) admin: Admin,
    pub(crate) bus: Arc<dyn Bus>,
    pub(crate) clock: Arc<dyn Clock>,
    /// Whether sign-in providers may be in closed networks.
    pub(crate) private_providers: bool,
    /// Most letters a day to whom one organization invites; `None` where no mail is sent.
    pub(crate) letters_per_day_max: Option<u32>,
}

impl Registry {
    /// Over a store; changes are told on `bus`.
    pub fn new(store: &Arc<dyn Store>, bus: Arc<dyn Bus>, clock: Arc<dyn Clock>) -> Self {
        Self { admin: store.admin(), bus, clock, private_providers: false, letters_per_day_max: None }
    }

    /// The same, where sign-in providers may be in closed networks.
    #[must_use]
    pub fn allowing_private_providers(self, private_providers: bool) -> Self {
        Self { private_providers, ..self }
    }

    /// The same, where whom an organization invites gets letters: so many of them a day.
    #[must_use]
    pub fn sending_letters(self, letters_per_day_max: Option<u32>) -> Self {
        Self { letters_per_day_max, ..self }
    }

    pub(crate) fn outside(&self) -> Outside {
        Outside::new(self.private_providers)
    }

    /// A look at what there is.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn view(&self) -> Result<View> {
        Ok(self.admin.view().await?)
    }

    /// A look at what is this organization's, and at nothing else.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn view_of(&self, org: OrgId) -> Result<View> {
        Ok(self.admin.view_of(org).await?)
    }

    /// The way to what is in a site.
    ///
    /// # Errors
    /// When the organization has no such site, or the store fails.
    pub async fn scope(view: &mut View, org: OrgId, site: SiteId) -> Result<Scope> {
        view.scope(org, site).await?.ok_or(Error::Absent("site"))
    }

    pub(crate) fn now_ms(&self) -> i64 {
        self.clock.unix_ms()
    }

    /// Tells all who keep sites in memory. Returns at once: what the bus loses is found by their own looking.
    pub(crate) fn tell_sites(&self, site: SiteId) {
        self.bus.publish(SITES, word(site));
    }

    /// The same where it is about many of them.
    pub(crate) fn tell_all_sites(&self) {
        self.bus.publish(SITES, Bytes::from_static(b"sites"));
    }

    /// Has devices told of what was stored for them. What the bus loses is found by delivery's own looking.
    pub(crate) fn tell_devices(&self) {
        self.bus.publish(NOTICES, Bytes::from_static(b"notices"));
    }

    /// Logs what was done: the last step before the commit.
    pub(crate) async fn record(&self, change: &mut Change, by: &By, done: Done<'_>) -> Result<AuditRow> {
        let (was, became) = difference::between(&done.was, &done.became);
        let text = |value: Value| Some(value).filter(|value| !value.is_null()).map(|value| value.to_string());
        let deed = Deed {
            org: done.org,
            at_ms: self.now_ms(),
            actor: by.actor.clone(),
            address: by.address.clone(),
            action: done.action,
            site: done.site,
            target: done.target.to_owned(),
            was: text(was),
            became: text(became),
        };
        Ok(change.record(&deed).await?)
    }
}

/// What is told of a site's change.
pub(crate) fn word(site: SiteId) -> Bytes {
    Bytes::from(format!("site {}", site.0))
}

/// What was done.
pub(crate) struct Done<'a> {
    pub org: OrgId,
    pub action: &'static str,
    pub site: Option<SiteId>,
    pub target: &'a str,
    pub was: Value,
    pub became: Value,
}

/// The id of what the same request made before.
pub(crate) async fn recall(change: &mut Change, by: &By, once: Option<&Once>) -> Result<Option<i64>> {
    let Some(once) = once else { return Ok(None) };
    let Some(reply) = change.recall(by.caller, &once.name).await? else { return Ok(None) };
    if reply.digest != once.digest {
        return Err(Error::Reused);
    }
    Ok(reply.reply.parse().ok())
}

/// Remembers the id of what this request made.
pub(crate) async fn remember(
    change: &mut Change,
    by: &By,
    once: Option<&Once>,
    id: i64,
    now_ms: i64,
) -> Result<()> {
    let Some(once) = once else { return Ok(()) };
    let reply = Reply { digest: once.digest.clone(), reply: id.to_string() };
    if change.remember(by.caller, &once.name, &reply, now_ms).await? { Ok(()) } else { Err(Error::Busy) }
}
