//! Registering and logging in.

use std::{net::SocketAddr, sync::Arc, time::Duration};

use anyhow::{Context, Result, bail};
use futures::{StreamExt, TryStreamExt, stream};
use rand::Rng;
use tmtp_wire::{Head, Request};

use super::{
    Link,
    dial::{Dialer, Target},
    wire::Frame,
};

/// Members who register at the same time.
const AT_A_TIME: usize = 32;
/// How often a member whose login fails tries again, and how long it waits before, at most: a site may be too busy to
/// let it in within the time that a login may take.
const TRIES_MAX: u64 = 30;
const PAUSE_MS_MAX: u64 = 1000;

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
pub async fn register(
    dialer: &Dialer,
    target: &Target,
    index: usize,
    alias: Option<String>,
) -> Result<Member> {
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
    request(&mut link, Request::Login { uid: account.uid.to_string(), node, oidc: None })?;
    while !link.next(|frame, _| greeting(&frame, &mut None)).await? {}
    Ok(link)
}

/// The same, and tries again when that fails; tells how often it had to.
pub async fn login_at_last(
    dialer: &Dialer,
    target: &Target,
    index: usize,
    account: &Account,
) -> Result<(Link, u64)> {
    let mut tries = 0;
    loop {
        match login(dialer, target, index, account).await {
            Ok(link) => return Ok((link, tries)),
            Err(error) if tries == TRIES_MAX => return Err(error),
            Err(_) => tries += 1,
        }
        let pause = rand::rng().random_range(0..=PAUSE_MS_MAX);
        tokio::time::sleep(Duration::from_millis(pause)).await;
    }
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
