//! Registering and logging in.

use std::{net::SocketAddr, sync::Arc};

use anyhow::{Context, Result, bail};
use futures::{StreamExt, TryStreamExt, stream};
use tmtp_wire::{Head, Request};

use super::{
    Link,
    dial::{Dialer, Target},
    wire::Frame,
};

/// Members who register at the same time.
const AT_A_TIME: usize = 32;

/// What a member must know to log in.
#[derive(Debug, Clone)]
pub struct Account {
    pub uid: Arc<str>,
    secret: Arc<str>,
    pub alias: Option<Arc<str>>,
}

/// A member who is logged in.
pub struct Member {
    pub account: Account,
    pub link: Link,
}

/// Registers a new member.
pub async fn register(dialer: &Dialer, target: &Target, index: usize, alias: Option<String>) -> Result<Member> {
    let mut link = Link::new(dialer.dial(target, index).await?);
    hello(&mut link)?;
    let newnode = "load".to_owned();
    request(&mut link, Request::Register { newnode, newalias: alias.clone(), oidc: None })?;
    let mut found = None;
    while !link.next(|frame, _| greeting(&frame, &mut found)).await? {}
    let (uid, secret) = found.context("the site let a member in without registering it")?;
    Ok(Member { account: Account { uid, secret, alias: alias.map(Into::into) }, link })
}

/// Registers many, spread over the targets, without aliases.
pub async fn register_many(dialer: &Dialer, targets: &[Target], count: usize) -> Result<Vec<Member>> {
    let each = (0..count).map(|index| register(dialer, &targets[index % targets.len()], index, None));
    stream::iter(each).buffered(AT_A_TIME).try_collect().await
}

/// Logs in; what waits in the member's queue is left to the caller.
pub async fn login(dialer: &Dialer, target: &Target, index: usize, account: &Account) -> Result<Link> {
    let mut link = Link::new(dialer.dial(target, index).await?);
    hello(&mut link)?;
    let node = account.secret.to_string();
    request(&mut link, Request::Login { uid: account.uid.to_string(), node })?;
    while !link.next(|frame, _| greeting(&frame, &mut None)).await? {}
    Ok(link)
}

/// Where to dial, from addresses alone.
pub fn targets(addresses: &[SocketAddr], host: Option<&str>) -> Vec<Target> {
    let host: Option<Arc<str>> = host.map(Into::into);
    addresses.iter().map(|address| Target { address: *address, host: host.clone() }).collect()
}

fn hello(link: &mut Link) -> Result<()> {
    request(link, Request::TmtpRev { id: "1".to_owned() })
}

/// Puts a request without data into what is to be sent.
pub fn request(link: &mut Link, request: Request) -> Result<()> {
    link.out.extend(Head { request, data_len: 0 }.encode()?);
    Ok(())
}

/// Reads on until the member is in: then this is true.
fn greeting(frame: &Frame<'_>, found: &mut Option<(Arc<str>, Arc<str>)>) -> Result<bool> {
    match frame.header.op.as_ref() {
        "tmtprev" => Ok(false),
        "registered" => {
            if let Some(error) = &frame.header.error {
                bail!("registered without the alias: {error}");
            }
            let (uid, secret) = (frame.header.uid.as_deref(), frame.header.nodeid.as_deref());
            *found = uid.zip(secret).map(|(uid, secret)| (uid.into(), secret.into()));
            Ok(false)
        }
        "info" => Ok(true),
        other => bail!("{other} came before the login was complete"),
    }
}
