//! Which texts can stand in a database, and lists of them in columns.

use std::collections::BTreeSet;

use crate::{MemberKey, SiteId};

/// Well above every limit a site may set on names, and below what an index takes.
const MAX_OCTETS: usize = 2_000;

/// Whether a name or uid can be in the store at all. What a stranger sends may hold NUL, which Postgres does not
/// take, or be too long for an index: then it is in no table, and no statement needs to be asked.
pub(crate) fn storable(text: &str) -> bool {
    text.len() <= MAX_OCTETS && !text.contains('\0')
}

/// A label as it is stored: nobody looks for it, so it may be bent until it fits.
pub(crate) fn label(text: &str) -> String {
    let mut label = text.replace('\0', "\u{fffd}");
    let end = (0..=MAX_OCTETS.min(label.len())).rev().find(|&end| label.is_char_boundary(end));
    label.truncate(end.unwrap_or(0));
    label
}

/// Texts with their sites as two columns: each pair once, in ascending order, only what is storable.
pub(crate) fn columns<'a>(pairs: impl IntoIterator<Item = (SiteId, &'a str)>) -> (Vec<i64>, Vec<&'a str>) {
    let sorted: BTreeSet<(SiteId, &str)> = pairs.into_iter().filter(|(_, text)| storable(text)).collect();
    sorted.into_iter().map(|(site, text)| (site.0, text)).unzip()
}

/// Members as two columns.
pub(crate) fn member_columns(members: &[MemberKey]) -> (Vec<i64>, Vec<&str>) {
    columns(members.iter().map(|member| (member.site, member.uid.as_str())))
}

/// Names as two columns.
pub(crate) fn name_columns(names: &[(SiteId, String)]) -> (Vec<i64>, Vec<&str>) {
    columns(names.iter().map(|(site, name)| (*site, name.as_str())))
}

/// Texts in ascending order, each once, only what is storable.
pub(crate) fn sorted(texts: &[String]) -> Vec<&str> {
    let sorted: BTreeSet<&str> = texts.iter().map(String::as_str).filter(|text| storable(text)).collect();
    sorted.into_iter().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_no_database_takes_is_not_storable() {
        assert!(storable("Ünïcode \u{1f600}"));
        assert!(!storable("a\0b"));
        assert!(!storable(&"a".repeat(MAX_OCTETS + 1)));
    }

    #[test]
    fn a_label_always_fits() {
        assert_eq!(label("my\0phone"), "my\u{fffd}phone");
        let long = label(&"\u{20ac}".repeat(1_000));
        assert!(storable(&long));
        assert_eq!(long.chars().count(), MAX_OCTETS / 3);
    }

    #[test]
    fn columns_are_sorted_and_hold_everything_once() {
        let pairs = [(SiteId(2), "a"), (SiteId(1), "b"), (SiteId(1), "a\0"), (SiteId(2), "a")];
        assert_eq!(columns(pairs), (vec![1, 2], vec!["b", "a"]));
    }
}
