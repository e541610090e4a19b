//! Names of those who come that others at the site have.

use std::collections::HashSet;

use anyhow::Context as _;
use tmtp_control::own_names;
use tmtp_store::{Name, Owner, Site, Store};

use super::scope;
use crate::import::survey::Survey;

/// Names that are looked up at a time.
const AT_ONCE: usize = 1_000;

/// Which of the names that are to come somebody else has. What came before is its owner's; what every site keeps from its
/// beginning makes way.
///
/// # Errors
/// When the store fails.
pub async fn taken(store: &dyn Store, site: &Site, survey: &Survey) -> anyhow::Result<Vec<String>> {
    let admin = store.admin();
    let (org, _) = scope(&admin, site.id).await?;
    let org = admin.view().await?.org(org).await?.context("the organization is gone")?;
    let kept: HashSet<&str> = own_names(&org.name, &site.name).collect();
    let wanted = |name: &str, owner| Name { site: site.id, name: name.to_owned(), owner };
    let aliases = survey
        .aliases
        .iter()
        .map(|(alias, uid)| wanted(alias, uid.clone().map_or(Owner::Retired, Owner::Member)));
    let groups = survey.groups.iter().map(|group| wanted(&group.gid, Owner::Group));
    let coming: HashSet<Name> = aliases.chain(groups).collect();
    let names: Vec<_> = coming.iter().map(|name| (site.id, name.name.clone())).collect();
    let mut taken = Vec::new();
    for some in names.chunks(AT_ONCE) {
        let found = store.look().await?.names(some).await?;
        let makes_way = |name: &Name| name.owner == Owner::Retired && kept.contains(name.name.as_str());
        let others = found.into_iter().filter(|name| !coming.contains(name) && !makes_way(name));
        taken.extend(others.map(|name| name.name));
    }
    taken.sort();
    Ok(taken)
}
