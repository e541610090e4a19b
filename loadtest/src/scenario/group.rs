//! Groups of linked members: small ones made as members make them, large ones written into the database.

use std::str::FromStr;

use anyhow::{Context, Result, bail, ensure};
use futures::{StreamExt, TryStreamExt, stream};
use rand::Rng;
use sqlx::{Connection, PgConnection, postgres::PgConnectOptions};
use tmtp_wire::{GroupAct, Request};

use crate::{
    link::{
        Link,
        account::{self, Member},
        dial::Dialer,
        wire,
    },
    site::Site,
};

/// The largest group that is made by its members.
const BY_MEMBERS_MAX: u32 = 200;
/// Members who register at the same time.
const AT_A_TIME: usize = 32;

const NAME: &str = "
INSERT INTO names (site, name, kind, uid) SELECT site, $1, 1, NULL FROM members WHERE uid = $2";
const JOINED: &str = "
INSERT INTO group_members (site, gid, uid, alias, status)
SELECT m.site, $1, m.uid, j.alias, 1 FROM unnest($2::text[], $3::text[]) AS j (uid, alias)
JOIN members m ON m.uid = j.uid";

/// So many new members, linked and joined, and nothing on its way to them.
pub async fn make(site: &Site, gid: &str, size: u32) -> Result<Vec<Member>> {
    let targets = site.targets();
    let dialer = Dialer::new()?.from_sources(4);
    let salt: u32 = rand::rng().random();
    let each = (0..size as usize).map(|index| {
        let alias = format!("load {salt:08x} {index}");
        account::register(&dialer, &targets[index % targets.len()], index, Some(alias))
    });
    let mut members: Vec<Member> = stream::iter(each).buffered(AT_A_TIME).try_collect().await?;
    if size <= BY_MEMBERS_MAX {
        by_members(&mut members, gid).await?;
    } else {
        let url = site.postgres.as_deref();
        let url = url.with_context(|| format!("a group of {size} needs the database: --postgres URL"))?;
        by_database(url, &members, gid).await?;
    }
    Ok(members)
}

/// The first invites each other, who joins.
async fn by_members(members: &mut [Member], gid: &str) -> Result<()> {
    let Some((first, others)) = members.split_first_mut() else {
        return Ok(());
    };
    let from = alias(first)?;
    for other in others {
        let (id, gid) = ("group".to_owned(), gid.to_owned());
        let to = alias(other)?;
        let invite = Request::GroupInvite { id: id.clone(), gid: gid.clone(), from: from.clone(), to };
        ask(&mut first.link, invite).await?;
        let act = GroupAct::Join { newalias: None };
        ask(&mut other.link, Request::GroupEdit { id, gid, act }).await?;
    }
    Ok(())
}

fn alias(member: &Member) -> Result<String> {
    Ok(member.account.alias.as_deref().context("a member of a group has an alias")?.to_owned())
}

/// Sends a request and waits for its answer; what else comes is acked.
pub async fn ask(link: &mut Link, request: Request) -> Result<()> {
    account::request(link, request)?;
    let answered = |frame: wire::Frame<'_>, out: &mut Vec<u8>| {
        if let Some(id) = frame.header.to_ack() {
            wire::ack(out, id);
        }
        match (frame.header.op.as_ref(), &frame.header.error) {
            ("ack", Some(error)) => bail!("refused: {error}"),
            (op, _) => Ok(op == "ack"),
        }
    };
    while !link.next(answered).await? {}
    Ok(())
}

async fn by_database(url: &str, members: &[Member], gid: &str) -> Result<()> {
    let options = PgConnectOptions::from_str(url).context("the database's URL")?;
    let mut connection = PgConnection::connect_with(&options).await.context("connecting to the database")?;
    let uids: Vec<String> = members.iter().map(|member| member.account.uid.to_string()).collect();
    let aliases = members.iter().map(alias).collect::<Result<Vec<_>>>()?;
    let mut transaction = connection.begin().await?;
    let first = uids.first().context("a group has members")?;
    let named = sqlx::query(NAME).bind(gid).bind(first).execute(&mut *transaction).await?;
    ensure!(named.rows_affected() == 1, "the database is not the site's");
    let joined = sqlx::query(JOINED).bind(gid).bind(&uids).bind(&aliases).execute(&mut *transaction).await?;
    ensure!(joined.rows_affected() == members.len() as u64, "not all members are in the database");
    Ok(transaction.commit().await?)
}
