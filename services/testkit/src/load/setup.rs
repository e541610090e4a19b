//! Registers the members of a load and makes their groups.

use std::collections::BTreeSet;

use anyhow::{Context, Result};
use futures::{StreamExt, TryStreamExt, stream};
use rand::{SeedableRng, rngs::StdRng, seq::IteratorRandom};
use tokio::sync::Mutex;

use super::{People, Plan};
use crate::{
    ask,
    client::{Account, Address, Client},
    talk::unique,
};

/// How many register at once.
const AT_ONCE: usize = 16;

/// Makes all the people of a load. What this queues for them they find when they log in.
pub async fn settle(edges: &[Address], plan: &Plan) -> Result<People> {
    let clients: Vec<Mutex<Client>> = stream::iter(0..plan.members)
        .map(|member| async move {
            let alias = unique(&format!("Member {member}"));
            anyhow::Ok(Mutex::new(Client::register(&edges[member % edges.len()], &alias).await?))
        })
        .buffered(AT_ONCE)
        .try_collect()
        .await?;
    let groups = make_groups(&clients, plan).await?;
    let phones = add_phones(&clients, plan).await?;
    let mut people = People { groups, ..People::default() };
    for (member, client) in clients.into_iter().enumerate() {
        people.nodes.push((member, client.into_inner().me));
        people.members.push(vec![member]);
    }
    for (member, phone) in phones {
        people.members[member].push(people.nodes.len());
        people.nodes.push((member, phone));
    }
    Ok(people)
}

/// Names of groups, and who has joined them.
async fn make_groups(clients: &[Mutex<Client>], plan: &Plan) -> Result<Vec<(String, BTreeSet<usize>)>> {
    let mut rng = StdRng::seed_from_u64(plan.seed);
    let joined: Vec<Vec<usize>> =
        (0..plan.groups).map(|_| (0..clients.len()).choose_multiple(&mut rng, plan.group_size)).collect();
    stream::iter(joined).map(|joined| make_group(clients, joined)).buffered(AT_ONCE).try_collect().await
}

async fn make_group(clients: &[Mutex<Client>], joined: Vec<usize>) -> Result<(String, BTreeSet<usize>)> {
    let gid = unique("Group");
    let (host, guests) = joined.split_first().context("a group has members")?;
    for guest in guests {
        // One at a time is locked: others may be making their groups with the same members.
        let to = clients[*guest].lock().await.me.alias.clone();
        let mut host = clients[*host].lock().await;
        let from = host.me.alias.clone();
        host.accepted(&ask::invite(&gid, &from, &to), b"come in").await?;
        drop(host);
        clients[*guest].lock().await.accepted(&ask::join(&gid), b"").await?;
    }
    Ok((gid, joined.into_iter().collect()))
}

/// Second nodes, and of which member each is.
async fn add_phones(clients: &[Mutex<Client>], plan: &Plan) -> Result<Vec<(usize, Account)>> {
    let members = (0..clients.len()).step_by(plan.second_node_every.max(1));
    stream::iter(members)
        .map(|member| async move { Ok((member, add_phone(&mut *clients[member].lock().await).await?)) })
        .buffered(AT_ONCE)
        .try_collect()
        .await
}

async fn add_phone(client: &mut Client) -> Result<Account> {
    // Nothing was acked so far, and that may be long ago.
    client.may_repeat = true;
    client.accepted(&ask::newnode("phone"), b"").await?;
    loop {
        let message = client.queued().await?;
        client.ack(message.id()).await?;
        if message.op() == "user" {
            return Ok(Account { nodeid: message.must("nodeid")?.to_owned(), ..client.me.clone() });
        }
    }
}
