//! Organizations, sites, policies: everything that is not on the path of a message. That path works while no
//! control process runs.
//!
//! [`Registry`] is the one way to change anything; [`api`] serves it over HTTP, [`Sites`] is for command lines.

mod aliases;
pub mod api;
mod backlog;
mod certificates;
mod check;
mod closing;
mod console;
mod difference;
mod discovery;
pub mod door;
mod effects;
mod error;
mod groups;
mod invitations;
mod keys;
mod letters;
pub mod mail;
mod markup;
mod members;
mod on_site;
mod options;
mod orgs;
mod personal;
mod provider_watch;
mod providers;
mod registry;
mod reserved;
mod role;
mod roles;
pub mod settings;
mod sign_in;
mod sites;
mod usage;
mod user_providers;
mod users;
mod wording;

pub use certificates::{AuthorityOptions, covers as certificate_covers};
pub use error::{Error, Result};
pub use invitations::{InvitationPlan, code_hash};
pub use keys::{First, KeyPlan, key_hash};
pub use on_site::{Change, Heard, Sites};
pub use options::Options;
pub use orgs::OrgChange;
pub use providers::ProviderPlan;
pub use registry::{By, Created, Once, Registry};
pub use reserved::own_names;
pub use role::Control;
pub use roles::{Need, Role};
pub use sites::{SiteChange, SitePlan};
pub use user_providers::UserProviderPlan;
pub use users::{Linked, UserChange, UserPlan};
