//! Whom the client takes for online, so that it can be set right when words about that were lost.

use std::collections::BTreeSet;

/// Most members that are remembered; whoever once had more online at a time is not set right any more.
const CONTACTS_MAX: usize = 1024;

/// The members that a client was told are online, less those that it was told have gone.
#[derive(Debug, Default)]
pub struct Contacts {
    online: BTreeSet<String>,
    /// Grows with every word that comes, told or not, and with every doubt.
    words: u64,
    are_too_many: bool,
}

impl Contacts {
    /// A word came, or may have been lost: what was asked before is not the newest.
    pub fn heard(&mut self) {
        self.words += 1;
    }

    /// The client is told that a member came or went, now. `false`: it knows that already.
    #[must_use]
    pub fn note(&mut self, uid: &str, is_online: bool) -> bool {
        let is_news = if !is_online {
            self.online.remove(uid)
        } else if self.online.len() < CONTACTS_MAX {
            self.online.insert(uid.to_owned())
        } else {
            self.are_too_many = true;
            true
        };
        is_news || self.are_too_many
    }

    /// How many words there were so far.
    pub fn words(&self) -> u64 {
        self.words
    }

    /// What the client is to be told, if these are online: who, and whether it came. `None` where there was another word since
    /// that many: it may be newer than what is known of these.
    pub fn amends(&mut self, online: Vec<String>, words: u64) -> Option<Vec<(String, bool)>> {
        if self.words != words {
            return None;
        }
        self.are_too_many |= online.len() > CONTACTS_MAX;
        if self.are_too_many {
            return Some(Vec::new());
        }
        let online: BTreeSet<_> = online.into_iter().collect();
        let gone = self.online.difference(&online).map(|uid| (uid.clone(), false));
        let come = online.difference(&self.online).map(|uid| (uid.clone(), true));
        Some(gone.chain(come).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn uids(uids: &[&str]) -> Vec<String> {
        uids.iter().map(|uid| (*uid).to_owned()).collect()
    }

    #[test]
    fn who_went_unheard_is_told_of_and_who_came_unheard_too() {
        let mut contacts = Contacts::default();
        assert!(["stays", "went", "left"].iter().all(|uid| contacts.note(uid, true)));
        assert!(contacts.note("left", false));
        let amends = contacts.amends(uids(&["stays", "came"]), contacts.words()).unwrap();
        assert_eq!(amends, [("went".to_owned(), false), ("came".to_owned(), true)]);
    }

    #[test]
    fn what_was_looked_up_before_the_last_word_says_nothing() {
        let mut contacts = Contacts::default();
        let before = contacts.words();
        contacts.heard();
        assert_eq!(contacts.amends(Vec::new(), before), None);
    }

    #[test]
    fn what_comes_again_is_no_news() {
        let mut contacts = Contacts::default();
        assert!(!contacts.note("never came", false));
        assert!(contacts.note("came", true) && !contacts.note("came", true));
        assert!(contacts.note("came", false) && !contacts.note("came", false));
    }

    #[test]
    fn more_than_can_be_remembered_are_left_as_they_were_told() {
        let mut contacts = Contacts::default();
        assert!((0..=CONTACTS_MAX).all(|number| contacts.note(&number.to_string(), true)));
        assert_eq!(contacts.amends(Vec::new(), contacts.words()), Some(Vec::new()));
        assert_eq!(contacts.online.len(), CONTACTS_MAX);
        let many = (0..=CONTACTS_MAX).map(|number| number.to_string()).collect();
        assert_eq!(Contacts::default().amends(many, 0), Some(Vec::new()));
    }
}
