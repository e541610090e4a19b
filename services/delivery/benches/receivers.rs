//! Who gets a message, once what the store knows is at hand: what a recipient costs.
//!
//! The rules are no part of the crate's interface: their files are compiled in here.

use std::{hint::black_box, sync::Arc};

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use tmtp_store::{GroupMember, GroupStatus, Node, NodeId, Owner, Session, SiteId};
use tmtp_wire::{Recipient, RecipientKind};

#[path = "../src/refusal.rs"]
#[allow(dead_code, unused_imports, reason = "not every reason is given here; its tests come along")]
mod refusal;
#[path = "../src/resolve.rs"]
#[allow(dead_code, unused_imports, reason = "their tests come along")]
mod resolve;

use resolve::View;

const SITE: SiteId = SiteId(1);
const GID: &str = "everybody";
/// Nodes of a member.
const NODES: i64 = 2;

/// As long as uids are.
fn uid(number: i64) -> String {
    format!("1BC2DF3GH4JK5LM6NP7QR8ST{number:08}")
}

fn node(number: i64, nth: i64) -> Node {
    Node { site: SITE, uid: uid(number), node: NodeId(number * NODES + nth), edge: None }
}

/// So many members, all of them in one group, each with an alias.
fn view(members: i64) -> View {
    let mut view = View::default();
    for number in 0..members {
        let nodes: Arc<[Node]> = (0..NODES).map(|nth| node(number, nth)).collect();
        view.members.insert(uid(number), nodes);
        view.names.insert(alias(number), Owner::Member(uid(number)));
        let (gid, uid, alias) = (GID.to_owned(), uid(number), alias(number));
        let joined = GroupMember { site: SITE, gid, uid, alias, status: GroupStatus::Joined };
        view.groups.entry(GID.to_owned()).or_default().push(joined);
    }
    view
}

fn alias(number: i64) -> String {
    format!("Alias number {number}")
}

fn sender() -> Session {
    Session { site: SITE, node: NodeId(0), epoch: 1, uid: uid(0) }
}

fn receivers(c: &mut Criterion) {
    let sender = sender();
    let mut group = c.benchmark_group("receivers");
    for count in [1, 100, 10_000] {
        let view = view(count + 1);
        group.throughput(Throughput::Elements(count.unsigned_abs()));
        let to: Vec<_> =
            (1..=count).map(|number| Recipient { id: uid(number), kind: RecipientKind::Member }).collect();
        group.bench_function(format!("of a post to {count}"), |bench| {
            bench.iter(|| addressed(&view, &sender, black_box(&to)));
        });
        let to = [Recipient { id: GID.to_owned(), kind: RecipientKind::GroupNotSelf }];
        group.bench_function(format!("of a group of {count}"), |bench| {
            bench.iter(|| addressed(&view, &sender, black_box(&to)));
        });
    }
    let view = view(2);
    group.throughput(Throughput::Elements(1));
    group.bench_function("of a ping", |bench| {
        bench.iter(|| resolve::ping(&view, &sender, &alias(0), &alias(1)).map(|nodes| nodes.len()));
    });
    group.finish();
}

fn addressed(view: &View, sender: &Session, to: &[Recipient]) -> usize {
    let addressed = resolve::address(view, sender, &[to]);
    let nodes = addressed.map(|addressed| addressed.with_sender(view, sender).len());
    assert!(nodes.as_ref().is_ok_and(|nodes| *nodes > to.len()), "{nodes:?}");
    nodes.unwrap_or_default()
}

criterion_group!(benches, receivers);
criterion_main!(benches);
