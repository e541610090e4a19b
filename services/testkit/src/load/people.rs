//! Who takes part in a load, and who is addressed by what.

use std::collections::BTreeSet;

use anyhow::{Context, Result};
use rand::{Rng, rngs::StdRng, seq::IteratorRandom};
use serde_json::Value;

use super::history::Request;
use crate::{ask, client::Account};

/// Members, their nodes and groups. They do not change while the load runs.
#[derive(Debug, Default)]
pub struct People {
    /// Every node: its member's number, and its account.
    pub nodes: Vec<(usize, Account)>,
    /// The nodes of every member.
    pub members: Vec<Vec<usize>>,
    /// Every group: its name, and its joined members.
    pub groups: Vec<(String, BTreeSet<usize>)>,
}

/// A request to send: header, data, and who must receive it.
#[derive(Debug, Clone)]
pub struct Letter {
    /// Without its id.
    pub header: Value,
    /// What it carries.
    pub data: Vec<u8>,
    /// The nodes it is addressed to.
    pub addressees: BTreeSet<usize>,
}

impl People {
    fn account(&self, member: usize) -> &Account {
        &self.nodes[self.members[member][0]].1
    }

    /// A Post or a Ping, to whomever chance has it.
    pub fn any_letter(&self, request: Request, rng: &mut StdRng) -> Letter {
        if rng.random_ratio(1, 8) {
            return self.ping(request, rng.random_range(0..self.members.len()));
        }
        let count = rng.random_range(1..=3);
        let members = (0..self.members.len()).choose_multiple(rng, count);
        let group = (!self.groups.is_empty() && rng.random_ratio(1, 4))
            .then(|| rng.random_range(0..self.groups.len()));
        let mine = self.nodes[request.node].0;
        let group = group.filter(|g| self.groups[*g].1.contains(&mine)).map(|g| (g, rng.random()));
        let padding = match rng.random_range(0..50) {
            0 => rng.random_range(60_000..300_000),
            1..10 => rng.random_range(1_000..8_000),
            _ => rng.random_range(0..200),
        };
        self.post(request, &members, group, padding)
    }

    /// A Post to the sender itself.
    pub fn letter_to_self(&self, request: Request) -> Letter {
        self.post(request, &[self.nodes[request.node].0], None, 0)
    }

    fn post(
        &self,
        request: Request,
        members: &[usize],
        group: Option<(usize, bool)>,
        padding: usize,
    ) -> Letter {
        let (sender, _) = self.nodes[request.node];
        let mut to: Vec<Value> = members.iter().map(|m| ask::to_member(&self.account(*m).uid)).collect();
        let mut receivers: BTreeSet<usize> = members.iter().copied().collect();
        if let Some((group, self_too)) = group {
            let (gid, joined) = &self.groups[group];
            to.push(if self_too { ask::to_group(gid) } else { ask::to_others_of(gid) });
            receivers.extend(joined.iter().filter(|m| self_too || **m != sender));
        }
        let addressees = self.addressees(request.node, &receivers);
        Letter { header: ask::post_to(&to), data: body(request, padding), addressees }
    }

    fn ping(&self, request: Request, to: usize) -> Letter {
        let (sender, _) = self.nodes[request.node];
        let header = ask::ping(&self.account(sender).alias, &self.account(to).alias);
        let addressees = self.addressees(request.node, &BTreeSet::from([to]));
        Letter { header, data: body(request, 0), addressees }
    }

    /// The nodes of these members and the sender's other nodes.
    fn addressees(&self, from: usize, members: &BTreeSet<usize>) -> BTreeSet<usize> {
        let (sender, _) = self.nodes[from];
        let own = self.members[sender].iter().copied().filter(|node| *node != from);
        members.iter().flat_map(|m| self.members[*m].iter().copied()).chain(own).collect()
    }
}

/// Data that says which request it belongs to, and can be checked to the last octet.
fn body(request: Request, padding: usize) -> Vec<u8> {
    let mut data = format!("load {} {} {padding}\n", request.node, request.seq).into_bytes();
    data.extend(pattern(request, padding));
    data
}

/// Which request this data belongs to; `None` when it is none of a load's.
///
/// # Errors
/// When it begins like a load's and is not whole.
pub fn read_body(data: &[u8]) -> Result<Option<Request>> {
    let Some(rest) = data.strip_prefix(b"load ") else { return Ok(None) };
    let end = rest.iter().position(|b| *b == b'\n').context("a first line")?;
    let mut words = std::str::from_utf8(&rest[..end])?.split(' ');
    let request = Request {
        node: words.next().context("a node")?.parse()?,
        seq: words.next().context("a number")?.parse()?,
    };
    let padding: usize = words.next().context("a length")?.parse()?;
    let whole =
        rest.len() - end - 1 == padding && rest[end + 1..].iter().copied().eq(pattern(request, padding));
    anyhow::ensure!(whole, "data of {request:?} arrived damaged");
    Ok(Some(request))
}

fn pattern(request: Request, octets: usize) -> impl Iterator<Item = u8> {
    let start = request.node.wrapping_mul(31).wrapping_add(request.seq as usize);
    (0..octets).map(move |i| (start.wrapping_add(i.wrapping_mul(7)) % 251) as u8)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn people() -> People {
        let account = |uid: &str| Account { uid: uid.into(), ..Account::default() };
        People {
            nodes: vec![(0, account("a")), (1, account("b")), (0, account("a")), (2, account("c"))],
            members: vec![vec![0, 2], vec![1], vec![3]],
            groups: vec![("group".into(), BTreeSet::from([0, 2]))],
        }
    }

    #[test]
    fn the_senders_other_nodes_are_addressed_and_the_posting_node_only_with_its_member() {
        let request = Request { node: 0, seq: 0 };
        let people = people();
        assert_eq!(people.post(request, &[1], None, 0).addressees, BTreeSet::from([1, 2]));
        assert_eq!(people.post(request, &[0], None, 0).addressees, BTreeSet::from([0, 2]));
        assert_eq!(people.post(request, &[1], Some((0, true)), 0).addressees, BTreeSet::from([0, 1, 2, 3]));
        assert_eq!(people.post(request, &[1], Some((0, false)), 0).addressees, BTreeSet::from([1, 2, 3]));
    }

    #[test]
    fn a_body_names_its_request_and_a_damaged_one_is_seen() {
        let request = Request { node: 7, seq: 9 };
        let mut data = body(request, 5000);
        assert_eq!(read_body(&data).unwrap(), Some(request));
        assert_eq!(read_body(b"hello").unwrap(), None);
        data[4000] ^= 1;
        assert!(read_body(&data).is_err());
        assert!(read_body(&data[..4000]).is_err());
    }
}
