//! Which names may be taken: section 6.

use tmtp_store::{Lookalikes, Name, NameFault, Site, SiteSettings, Tx, mixes_scripts};

use crate::{fault::Fault, refusal::Refusal};

/// Checks a name to be taken; `field` is the request's name for it.
pub(crate) fn check(field: &str, name: &str, settings: &SiteSettings) -> Result<(), Refusal> {
    match settings.name_fault(name) {
        None if settings.lookalikes == Lookalikes::Refused && mixes_scripts(name) => {
            Err(Refusal::name_mixes_scripts(field, name))
        }
        None => Ok(()),
        Some(NameFault::Short(least)) => Err(Refusal::name_too_short(field, least)),
        Some(NameFault::Invalid) => Err(Refusal::name_invalid(field, name)),
    }
}

/// Whether a name looks like somebody else's, where the site does not want that; else what it looks like is claimed.
pub(crate) async fn looks_like_another(tx: &mut dyn Tx, site: &Site, name: &Name) -> Result<bool, Fault> {
    match site.settings.lookalikes {
        Lookalikes::Allowed => Ok(false),
        Lookalikes::Refused => Ok(tx.claim_looks(name).await?.is_some()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(name: &str) -> Option<String> {
        check("newalias", name, &SiteSettings::default()).err().map(|refusal| refusal.to_string())
    }

    #[test]
    fn a_name_counts_octets_and_not_characters() {
        assert_eq!(refused("Zoë Mül"), None);
        assert_eq!(refused("Zoe Mul").as_deref(), Some("newalias must be 8+ characters"));
    }

    #[test]
    fn spaces_at_the_ends_and_unprintable_characters_are_invalid() {
        assert_eq!(refused(" Zoe Muller").as_deref(), Some("newalias \" Zoe Muller\" is invalid"));
        assert!(refused("Zoe Muller ").is_some());
        assert!(refused("Zoe\u{7}Muller").is_some());
    }

    #[test]
    fn a_word_in_letters_of_two_scripts_is_refused_where_names_may_not_look_alike() {
        let mixed = "Suppоrt Desk";
        assert_eq!(
            refused(mixed),
            Some(format!("newalias \"{mixed}\" mixes letters of different scripts in a word"))
        );
        let relaxed = SiteSettings { lookalikes: Lookalikes::Allowed, ..SiteSettings::default() };
        assert!(check("newalias", mixed, &relaxed).is_ok());
    }

    #[test]
    fn a_name_of_thousands_of_octets_is_invalid_with_a_short_text() {
        assert!(refused(&"x".repeat(60_000)).is_some_and(|text| text.len() < 200));
    }
}
