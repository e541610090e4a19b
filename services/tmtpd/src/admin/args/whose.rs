//! Whose, where and which: what most commands are told.

use clap::Args;

/// Whose.
#[derive(Debug, Clone, Args)]
pub struct Org {
    /// The organization's id; without, the key's own.
    #[arg(long, value_name = "ORG")]
    pub org: Option<i64>,
}

/// Which organization, for commands about one itself: they take the id bare, as those about nodes, keys and users do.
#[derive(Debug, Clone, Args)]
pub struct OneOrg {
    /// The organization's id; without, the key's own.
    #[arg(value_name = "ORG", conflicts_with = "org")]
    pub id: Option<i64>,
    /// The same, by name.
    #[command(flatten)]
    pub org: Org,
}

impl OneOrg {
    /// The one that was named, either way.
    pub fn org(&self) -> Org {
        Org { org: self.id.or(self.org.org) }
    }
}

/// Where.
#[derive(Debug, Clone, Args)]
pub struct InSite {
    /// Whose site.
    #[command(flatten)]
    pub org: Org,
    /// The site: its id, or one of its host names.
    #[arg(long, value_name = "SITE")]
    pub site: String,
}

/// An organization or the provider.
#[derive(Debug, Clone, Args)]
pub struct Owner {
    /// Whose.
    #[command(flatten)]
    pub org: Org,
    /// The provider's own.
    #[arg(long, conflicts_with = "org")]
    pub provider: bool,
}

/// Which part of a list.
#[derive(Debug, Clone, Args)]
pub struct Some {
    /// Only what has this in its name.
    #[arg(long, value_name = "TEXT")]
    pub search: Option<String>,
    /// At most so many.
    #[arg(long, value_name = "N", default_value_t = 1000)]
    pub most: usize,
}
