//! Names that are kept from a site's beginning: whoever had one could pass for the organization.

use tmtp_store::{
    Site,
    admin::{Change, Scope},
};

use crate::Result;

/// By which an organization speaks to its members, whatever it is called.
const OFFICES: [&str; 8] = [
    "Administrator",
    "Customer Service",
    "Customer Support",
    "Help Desk",
    "Helpdesk",
    "Security",
    "Support",
    "System",
];

/// The names that nobody gets by asking: those of the organization, of its site, and of offices. An administrator may
/// give them to members, or let them go.
pub fn own_names<'n>(org: &'n str, site: &'n str) -> impl Iterator<Item = &'n str> {
    [org, site].into_iter().map(str::trim).chain(OFFICES)
}

/// Keeps those names, as far as they can be names and nobody has them or one that looks alike.
pub(crate) async fn keep(change: &mut Change, scope: &Scope, org: &str, site: &Site) -> Result<()> {
    let settings = &site.settings;
    for name in own_names(org, &site.name).filter(|name| settings.kept_name_fault(name).is_none()) {
        match change.reserve_name(scope, name, settings.lookalikes).await {
            Ok(()) | Err(tmtp_store::Error::Taken(_)) => {}
            Err(error) => return Err(error.into()),
        }
    }
    Ok(())
}
