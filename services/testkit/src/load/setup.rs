//! Registers the members of a load and makes their groups.

use std::collections::BTreeSet;

use anyhow::{Context, Result};
use futures::{StreamExt, TryStreamExt, stream};
use rand::{SeedableRng, rngs::StdRng, seq::IteratorRandom};

use super::{People, Plan};
use crate::{
    ask,
    client::{Address, Client},
    talk::unique,
};

/// How many register at once.
const AT_ONCE: usize = 16;

/// Makes all the people of a load. What this queues for them they find when they log in.
pub async fn settle(edges: &[Address], plan: &Plan) -> Result<People> {
    let mut clients: Vec<Client> = stream::iter(0..plan.members)
        .map(|member| async move {
            Client::register(&edges[member % edges.len()], &unique(&format!("Member {member}"))).await
        })
        .buffered(AT_ONCE)
        .try_collect()
        .await?;
    let mut people = People::default();
    for (member, client) in clients.iter().enumerate() {
        people.nodes.push((member, client.me.clone()));
        people.members.push(vec![member]);
    }
    make_groups(&mut people, &mut clients, plan).await?;
    for member in (0..plan.members).step_by(plan.second_node_every.max(1)) {
        add_node(&mut people, &mut clients[member], member).await?;
    }
    Ok(people)
}

async fn make_groups(people: &mut People, clients: &mut [Client], plan: &Plan) -> Result<()> {
    let mut rng = StdRng::seed_from_u64(plan.seed);
    for _ in 0..plan.groups {
        let gid = unique("Group");
        let joined = (0..clients.len()).choose_multiple(&mut rng, plan.group_size);
        let (host, guests) = joined.split_first().context("a group has members")?;
        for guest in guests {
            let (from, to) = (clients[*host].me.alias.clone(), clients[*guest].me.alias.clone());
            clients[*host].accepted(&ask::invite(&gid, &from, &to), b"come in").await?;
            clients[*guest].accepted(&ask::join(&gid), b"").await?;
        }
        people.groups.push((gid, joined.into_iter().collect::<BTreeSet<_>>()));
    }
    Ok(())
}

async fn add_node(people: &mut People, client: &mut Client, member: usize) -> Result<()> {
    // Nothing was acked so far, and that may be long ago.
    client.may_repeat = true;
    client.accepted(&ask::newnode("phone"), b"").await?;
    let mut account = client.me.clone();
    loop {
        let message = client.queued().await?;
        client.ack(message.id()).await?;
        if message.op() == "user" {
            account.nodeid = message.must("nodeid")?.to_owned();
            break;
        }
    }
    people.members[member].push(people.nodes.len());
    people.nodes.push((member, account));
    Ok(())
}
