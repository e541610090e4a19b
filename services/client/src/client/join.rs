//! Becoming a member.

use serde_json::value::RawValue;

use super::{Client, driver::Opened, events::Events, shared::Shared};
use crate::{Account, Address, Error, Hello, Link, Settings};

/// What a new member brings.
#[derive(Debug, Clone, Default)]
pub struct Registration {
    /// What this device is called.
    pub node_label: String,
    /// The alias wanted.
    pub alias: Option<String>,
    /// The OpenID Connect provider's token answer, where the site asks for one.
    pub oidc: Option<Box<RawValue>>,
}

/// A new member, connected.
#[derive(Debug)]
pub struct Joined {
    /// The new account. Nothing else holds its secret: save it first of all.
    pub account: Account,
    /// Why the alias was refused, if it was. The account exists all the same.
    pub alias_refused: Option<String>,
    /// The node, logged in.
    pub client: Client,
    /// Its events.
    pub events: Events,
}

impl Client {
    /// Registers at a site.
    ///
    /// # Errors
    /// [`Error::Quit`] when the site does not admit it, or no link could be made.
    pub async fn register(
        site: &Address,
        registration: Registration,
        settings: Settings,
    ) -> Result<Joined, Error> {
        let Registration { node_label, alias, oidc } = registration;
        let hello = Hello::Register { node_label: node_label.clone(), alias: alias.clone(), oidc };
        let (link, arrivals, mut greeting) =
            Link::open(site, &settings.tls, &hello, &settings.timing).await?;
        let registered = greeting.registered.take();
        let registered = registered.ok_or_else(|| Error::Protocol("no account came of it".into()))?;
        let alias = alias.filter(|_| registered.alias_refused.is_none());
        let account = Account {
            site: site.clone(),
            site_name: greeting.site_name.clone(),
            uid: registered.uid,
            node: registered.node,
            node_label,
            aliases: alias.into_iter().collect(),
        };
        let opened = Opened::new(link, arrivals, greeting);
        let (client, events) = Self::start(Shared::new(&account, settings), Some(opened));
        Ok(Joined { account, alias_refused: registered.alias_refused, client, events })
    }
}
