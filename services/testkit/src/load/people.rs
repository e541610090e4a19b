//! Who takes part in a load, and who is addressed by what.

use std::collections::BTreeSet;

use anyhow::{Context, Result, bail, ensure};
use rand::{Rng, rngs::StdRng, seq::IteratorRandom};
use serde_json::{Value, json};

use super::history::Request;
use crate::{ask, client::Account, received::Received};

/// How many numbers after the request that makes a group comes the one by which its maker leaves it.
const LEAVES_AFTER: u32 = 2;
/// After so many octets a pattern begins anew.
const TURN: usize = 251;

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

/// A request to send: header, data, and who must receive what.
#[derive(Debug, Clone, Default)]
pub struct Letter {
    /// Without its id.
    pub header: Value,
    /// What it carries.
    pub data: Vec<u8>,
    /// The nodes that each message goes to which it makes: mostly one, with PostNotify and GroupInvite two.
    pub addressees: Vec<BTreeSet<usize>>,
    /// Whether its ack names the message.
    pub named: bool,
}

impl Letter {
    /// Whether it makes a group.
    pub fn makes_group(&self) -> bool {
        self.header["op"] == ask::invite("", "", "")["op"]
    }
}

impl People {
    fn account(&self, member: usize) -> &Account {
        &self.nodes[self.members[member][0]].1
    }

    /// Mostly a Post, to whomever chance has it. Edits are few: each is a transaction of its own, and where all take turns at
    /// one file, many of them would keep everybody waiting.
    pub fn any_letter(&self, request: Request, rng: &mut StdRng) -> Letter {
        match rng.random_range(0..160) {
            0..20 => self.ping(request, rng.random_range(0..self.members.len())),
            20..30 => self.any_post_notify(request, rng),
            30 => self.new_alias(request),
            31 => self.ohi_edit(request, rng.random()),
            32 => self.invite(request, rng),
            _ => self.any_post(request, rng),
        }
    }

    fn any_post(&self, request: Request, rng: &mut StdRng) -> Letter {
        let members = self.any_members(rng);
        let group = (!self.groups.is_empty() && rng.random_ratio(1, 4))
            .then(|| rng.random_range(0..self.groups.len()));
        let mine = self.nodes[request.node].0;
        let group = group.filter(|g| self.groups[*g].1.contains(&mine)).map(|g| (g, rng.random()));
        self.post(request, &members, group, any_padding(rng))
    }

    fn any_post_notify(&self, request: Request, rng: &mut StdRng) -> Letter {
        let (to, also) = (self.any_members(rng), self.any_members(rng));
        let for_not_self = rng.random() && !to.contains(&self.nodes[request.node].0);
        self.post_notify(request, &to, &also, for_not_self, any_padding(rng))
    }

    fn any_members(&self, rng: &mut StdRng) -> Vec<usize> {
        let count = rng.random_range(1..=3);
        (0..self.members.len()).choose_multiple(rng, count)
    }

    /// A Post of several MiB.
    pub fn large_letter(&self, request: Request, rng: &mut StdRng) -> Letter {
        self.post(request, &self.any_members(rng), None, rng.random_range(3 << 20..6 << 20))
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
        let mut to = self.recipients(members);
        let mut receivers: BTreeSet<usize> = members.iter().copied().collect();
        if let Some((group, self_too)) = group {
            let (gid, joined) = &self.groups[group];
            to.push(if self_too { ask::to_group(gid) } else { ask::to_others_of(gid) });
            receivers.extend(joined.iter().filter(|m| self_too || **m != sender));
        }
        let addressees = vec![self.addressees(request.node, &receivers)];
        Letter { header: ask::post_to(&to), data: body(request, padding), addressees, named: true }
    }

    /// Of its two messages the notification is the second.
    fn post_notify(
        &self,
        request: Request,
        to: &[usize],
        also: &[usize],
        for_not_self: bool,
        padding: usize,
    ) -> Letter {
        let mut data = body(Request { seq: request.seq + 1, ..request }, 0);
        let header = ask::post_notify(&self.recipients(to), &self.recipients(also), data.len());
        data.extend(body(request, padding));
        let given = to.iter().copied().collect();
        let message =
            if for_not_self { self.nodes_of(&given) } else { self.addressees(request.node, &given) };
        let notice = self.addressees(request.node, &to.iter().chain(also).copied().collect());
        let header = ask::with(header, &json!({"fornotself": for_not_self}));
        Letter { header, data, addressees: vec![message, notice], named: true }
    }

    fn ping(&self, request: Request, to: usize) -> Letter {
        let (sender, _) = self.nodes[request.node];
        let header = ask::ping(&self.account(sender).alias, &self.account(to).alias);
        let addressees = vec![self.addressees(request.node, &BTreeSet::from([to]))];
        Letter { header, data: body(request, 0), addressees, named: true }
    }

    /// A UserEdit, told to all own nodes.
    fn new_alias(&self, request: Request) -> Letter {
        self.edit(request, ask::newalias(&mark(request, "alias")))
    }

    /// An OhiEdit, told to all own nodes. Whom it names, digit by digit, says which request it is.
    fn ohi_edit(&self, request: Request, add: bool) -> Letter {
        let count = self.members.len();
        let seq = request.seq as usize;
        let digits = [request.node / count, request.node % count, seq / count % count, seq % count];
        let uids = digits.map(|member| self.account(member).uid.as_str());
        self.edit(request, ask::ohiedit(if add { "add" } else { "drop" }, &uids))
    }

    /// A GroupInvite that makes a group. Its second message, to the joined members, goes to all own nodes: nobody else has.
    fn invite(&self, request: Request, rng: &mut StdRng) -> Letter {
        let (sender, _) = self.nodes[request.node];
        let guest = (sender + rng.random_range(1..self.members.len())) % self.members.len();
        let (from, to) = (&self.account(sender).alias, &self.account(guest).alias);
        let header = ask::invite(&mark(request, "group"), from, to);
        let invited = self.addressees(request.node, &BTreeSet::from([guest]));
        let told = self.nodes_of(&BTreeSet::from([sender]));
        Letter { header, data: body(request, 0), addressees: vec![invited, told], named: true }
    }

    /// A GroupEdit by which a member leaves the group that it made just before; told to all own nodes.
    pub fn leave(&self, request: Request) -> Letter {
        let made = Request { seq: request.seq.saturating_sub(LEAVES_AFTER), ..request };
        let (sender, _) = self.nodes[request.node];
        self.edit(request, ask::drop_from(&mark(made, "group"), &self.account(sender).alias))
    }

    fn edit(&self, request: Request, header: Value) -> Letter {
        let (sender, _) = self.nodes[request.node];
        let own = self.nodes_of(&BTreeSet::from([sender]));
        Letter { header, addressees: vec![own], ..Letter::default() }
    }

    fn recipients(&self, members: &[usize]) -> Vec<Value> {
        members.iter().map(|m| ask::to_member(&self.account(*m).uid)).collect()
    }

    fn nodes_of(&self, members: &BTreeSet<usize>) -> BTreeSet<usize> {
        members.iter().flat_map(|m| self.members[*m].iter().copied()).collect()
    }

    /// The nodes of these members and the sender's other nodes.
    fn addressees(&self, from: usize, members: &BTreeSet<usize>) -> BTreeSet<usize> {
        let (sender, _) = self.nodes[from];
        let own = self.members[sender].iter().copied().filter(|node| *node != from);
        self.nodes_of(members).into_iter().chain(own).collect()
    }

    /// Whether a member with this uid takes part.
    pub fn knows(&self, uid: &str) -> bool {
        self.nodes.iter().any(|(_, account)| account.uid == uid)
    }

    /// Which request, or which of its messages, a queued message came from; `None` when it is none of a load's.
    ///
    /// # Errors
    /// When it is one of a load's and is not whole, or not from its sender.
    pub fn origin(&self, message: &Received) -> Result<Option<Request>> {
        let request = match message.op() {
            "login" => None,
            "user" => message.text("newalias").and_then(read_mark),
            "member" => message.text("gid").and_then(read_mark).map(|made| match message.text("act") {
                Some("invite") => Request { seq: made.seq + 1, ..made },
                _ => Request { seq: made.seq + LEAVES_AFTER, ..made },
            }),
            "ohiedit" => Some(self.read_digits(message)?),
            _ => read_body(&message.data)?,
        };
        if let Some(request) = request {
            let (_, sender) = self.nodes.get(request.node).context("a node of this load")?;
            ensure!(message.text("from") == Some(&sender.uid), "not from its sender");
        }
        Ok(request)
    }

    fn read_digits(&self, ohiedit: &Received) -> Result<Request> {
        let named = ohiedit.header.get("for").and_then(Value::as_array).context("whom it names")?;
        let member = |one: &Value| {
            let uid = one["id"].as_str()?;
            self.nodes.iter().find(|(_, account)| account.uid == uid).map(|(member, _)| *member)
        };
        let digits: Vec<usize> = named.iter().filter_map(member).collect();
        let [node_high, node_low, seq_high, seq_low] = digits[..] else { bail!("four members of this load") };
        let count = self.members.len();
        let seq = u32::try_from(seq_high * count + seq_low)?;
        Ok(Request { node: node_high * count + node_low, seq })
    }
}

/// A name that says which request made it.
fn mark(request: Request, what: &str) -> String {
    format!("load {:06} {:06} {what}", request.node, request.seq)
}

fn read_mark(name: &str) -> Option<Request> {
    let mut words = name.strip_prefix("load ")?.split(' ');
    Some(Request { node: words.next()?.parse().ok()?, seq: words.next()?.parse().ok()? })
}

fn any_padding(rng: &mut StdRng) -> usize {
    match rng.random_range(0..50) {
        0 => rng.random_range(60_000..300_000),
        1..10 => rng.random_range(1_000..8_000),
        _ => rng.random_range(0..200),
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
fn read_body(data: &[u8]) -> Result<Option<Request>> {
    let Some(rest) = data.strip_prefix(b"load ") else { return Ok(None) };
    let end = rest.iter().position(|b| *b == b'\n').context("a first line")?;
    let mut words = std::str::from_utf8(&rest[..end])?.split(' ');
    let request = Request {
        node: words.next().context("a node")?.parse()?,
        seq: words.next().context("a number")?.parse()?,
    };
    let padding: usize = words.next().context("a length")?.parse()?;
    let came = &rest[end + 1..];
    ensure!(
        came.len() == padding && came == pattern(request, padding),
        "data of {request:?} arrived damaged"
    );
    Ok(Some(request))
}

/// Octets that differ from place to place and from request to request; copied by the turn, as it may be many.
fn pattern(request: Request, octets: usize) -> Vec<u8> {
    let start = request.node.wrapping_mul(31).wrapping_add(request.seq as usize) % TURN;
    let turn: Vec<u8> = (0..TURN).map(|i| ((start + i * 7) % TURN) as u8).collect();
    let mut pattern = turn.repeat(octets.div_ceil(TURN));
    pattern.truncate(octets);
    pattern
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
        assert_eq!(people.post(request, &[1], None, 0).addressees[0], BTreeSet::from([1, 2]));
        assert_eq!(people.post(request, &[0], None, 0).addressees[0], BTreeSet::from([0, 2]));
        assert_eq!(
            people.post(request, &[1], Some((0, true)), 0).addressees[0],
            BTreeSet::from([0, 1, 2, 3])
        );
        assert_eq!(people.post(request, &[1], Some((0, false)), 0).addressees[0], BTreeSet::from([1, 2, 3]));
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

    #[test]
    fn the_notification_goes_to_both_lists_and_the_message_past_the_sender_where_it_is_told_to() {
        let request = Request { node: 0, seq: 0 };
        let people = people();
        let to = |not_self| people.post_notify(request, &[1], &[2], not_self, 0).addressees;
        assert_eq!(to(false), [BTreeSet::from([1, 2]), BTreeSet::from([1, 2, 3])]);
        assert_eq!(to(true), [BTreeSet::from([1]), BTreeSet::from([1, 2, 3])]);
    }

    fn received(header: &Value) -> Received {
        let header = header.as_object().unwrap().clone();
        Received { header, framed: Vec::new(), data: Vec::new() }
    }

    #[test]
    fn what_carries_no_data_names_its_request_all_the_same() {
        let people = people();
        let request = Request { node: 3, seq: 7 };
        let origin = |fields: Value| people.origin(&received(&ask::with(fields, &json!({"from": "c"}))));
        let alias = people.new_alias(request).header["newalias"].clone();
        assert_eq!(origin(json!({"op": "user", "newalias": alias})).unwrap(), Some(request));
        let named = people.ohi_edit(request, true).header["for"].clone();
        assert_eq!(origin(json!({"op": "ohiedit", "for": named})).unwrap(), Some(request));
        let gid = mark(request, "group");
        let told = |act: &str| origin(json!({"op": "member", "act": act, "gid": gid})).unwrap();
        assert_eq!(told("invite"), Some(Request { seq: 8, ..request }));
        let leaving = Request { seq: 9, ..request };
        assert_eq!(people.leave(leaving).header["gid"], gid.as_str());
        assert_eq!(told("drop"), Some(leaving));
        assert_eq!(origin(json!({"op": "user", "newnode": "phone"})).unwrap(), None);
        let stolen = json!({"op": "user", "newalias": alias, "from": "a"});
        assert!(people.origin(&received(&stolen)).is_err());
    }
}
