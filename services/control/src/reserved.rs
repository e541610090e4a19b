//! Names that are kept from a site's beginning: whoever had one could pass for the organization.

use tmtp_store::{
    SiteSettings,
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

/// Keeps names, as far as they can be names and nobody has them or one that looks alike; returns those that it kept.
pub(crate) async fn keep<'n>(
    change: &mut Change,
    scope: &Scope,
    names: impl Iterator<Item = &'n str>,
    settings: &SiteSettings,
) -> Result<Vec<&'n str>> {
    let mut kept = Vec::new();
    for name in names.filter(|name| settings.kept_name_fault(name).is_none()) {
        match change.reserve_own_name(scope, name, settings.lookalikes).await {
            Ok(()) => kept.push(name),
            Err(tmtp_store::Error::Taken(_)) => {}
            Err(error) => return Err(error.into()),
        }
    }
    Ok(kept)
}

/// Lets go of what the site was called before; returns it. It stays where an administrator wants it kept, somebody has it,
/// or the site keeps it for another reason.
pub(crate) async fn let_go<'n>(
    change: &mut Change,
    scope: &Scope,
    (org, was, is): (&str, &'n str, &str),
) -> Result<Option<&'n str>> {
    let was = was.trim();
    let is_own_still = own_names(org, is).any(|name| name == was);
    Ok((!is_own_still && change.free_own_name(scope, was).await?).then_some(was))
}
