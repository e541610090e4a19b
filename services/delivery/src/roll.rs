//! Who has which nodes, as far as it was seen: most messages go between the same people.
//!
//! What is remembered here may be wrong by now, so nobody is refused because of it, and the store looks again in the very
//! transaction that commits ([`tmtp_store::Believed`]). Only members that exist are remembered.

use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    sync::{Arc, Mutex, PoisonError},
};

use tmtp_store::{Found, MemberKey, Node};

/// Members remembered; beyond it all are forgotten, and looked for anew.
const MEMBERS_MAX: usize = 50_000;

/// Active members and their live nodes, in ascending order.
pub(crate) type Members = BTreeMap<MemberKey, Arc<[Node]>>;

/// Remembers members.
#[derive(Debug, Default)]
pub(crate) struct Roll(Mutex<HashMap<MemberKey, Arc<[Node]>>>);

impl Roll {
    /// Those of these members who are remembered.
    pub fn remembered(&self, members: &BTreeSet<MemberKey>) -> Members {
        let roll = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        members.iter().filter_map(|member| Some((member.clone(), roll.get(member)?.clone()))).collect()
    }

    /// These were looked for, and this was found; remembers it.
    pub fn learn(&self, members: &[MemberKey], found: Found) -> Members {
        let mut nodes: HashMap<String, Vec<Node>> = HashMap::new();
        for node in found.nodes {
            nodes.entry(node.uid.clone()).or_default().push(Node { edge: None, ..node });
        }
        let learnt: Members = found
            .active
            .into_iter()
            .map(|member| {
                let own = nodes.get(&member.uid).map_or(&[][..], Vec::as_slice);
                let own = own.iter().filter(|node| node.site == member.site).cloned().collect();
                (member, own)
            })
            .collect();
        let mut roll = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if roll.len() + learnt.len() > MEMBERS_MAX {
            roll.clear();
        }
        for member in members {
            match learnt.get(member) {
                Some(nodes) => drop(roll.insert(member.clone(), nodes.clone())),
                None => drop(roll.remove(member)),
            }
        }
        learnt
    }
}

#[cfg(test)]
mod tests {
    use tmtp_store::{NodeId, SiteId};

    use super::*;

    fn member(site: i64, uid: &str) -> MemberKey {
        MemberKey { site: SiteId(site), uid: uid.to_owned() }
    }

    fn found(members: &[(i64, &str, &[i64])]) -> Found {
        let node = |site, uid: &str, node| Node {
            site: SiteId(site),
            uid: uid.to_owned(),
            node: NodeId(node),
            edge: Some("edge".to_owned()),
        };
        Found {
            active: members.iter().map(|(site, uid, _)| member(*site, uid)).collect(),
            nodes: members
                .iter()
                .flat_map(|(site, uid, nodes)| nodes.iter().map(move |it| node(*site, uid, *it)))
                .collect(),
        }
    }

    fn ids(members: &Members, of: &MemberKey) -> Option<Vec<i64>> {
        members.get(of).map(|nodes| nodes.iter().map(|node| node.node.0).collect())
    }

    #[test]
    fn the_same_uid_at_two_sites_is_two_members() {
        let (here, there) = (member(1, "ann"), member(2, "ann"));
        let roll = Roll::default();
        roll.learn(&[here.clone(), there.clone()], found(&[(1, "ann", &[1, 2]), (2, "ann", &[3])]));
        let seen = roll.remembered(&[here.clone(), there.clone()].into());
        assert_eq!((ids(&seen, &here), ids(&seen, &there)), (Some(vec![1, 2]), Some(vec![3])));
    }

    #[test]
    fn whoever_is_not_found_any_more_is_forgotten() {
        let (ann, bob) = (member(1, "ann"), member(1, "bob"));
        let roll = Roll::default();
        roll.learn(&[ann.clone(), bob.clone()], found(&[(1, "ann", &[1]), (1, "bob", &[])]));
        assert_eq!(roll.remembered(&[ann.clone(), bob.clone()].into()).len(), 2);
        roll.learn(&[ann.clone(), bob.clone()], found(&[(1, "bob", &[2])]));
        let seen = roll.remembered(&[ann, bob.clone()].into());
        assert_eq!((seen.len(), ids(&seen, &bob)), (1, Some(vec![2])));
    }

    #[test]
    fn no_more_are_remembered_than_there_may_be() {
        let roll = Roll::default();
        for number in 0..=MEMBERS_MAX {
            let uid = number.to_string();
            roll.learn(&[member(1, &uid)], found(&[(1, &uid, &[])]));
        }
        assert_eq!(roll.0.lock().unwrap().len(), 1);
    }
}
