//! `tmtp node`, and `tmtp account add`

use std::time::Duration;

use serde_json::json;
use tmtp_client::Account;
use tokio::time::timeout;

use crate::{
    args::{Common, Node, Token},
    failure::{Code, Failure},
    profile::{AddedNode, Held, Profile, Stored},
    screen::Screen,
    session::{Desk, NewNode, Session},
};

/// How long the secret may take to follow the ack.
const SECRET_WAIT: Duration = Duration::from_secs(20);
/// An older one of the same label may be in the queue still; the new one is right behind it.
const SETTLE: Duration = Duration::from_millis(300);

pub async fn run(common: &Common, command: &Node, screen: &Screen) -> Result<(), Failure> {
    match command {
        Node::Add { label } => add(common, label, screen).await,
        Node::Use(token) => adopt(common, token, screen),
        Node::List => {
            let profile = Profile::find(common)?;
            let stored = profile.read(&profile.choose(common.account.as_deref())?)?;
            stored.nodes.iter().try_for_each(|node| show(&stored, node, screen))
        }
    }
}

async fn add(common: &Common, label: &str, screen: &Screen) -> Result<(), Failure> {
    let mut session = Desk::open(common)?.log_in(common).await?;
    let result = match session.client.add_node(label).await {
        Ok(()) => secret(&mut session, label).await,
        Err(error) => Err(error.into()),
    };
    let added = match result {
        Ok((id, newnode, secret)) => {
            let node = AddedNode { id: id.to_string(), label: newnode, secret };
            // On disk before it is acked: the site shows it once.
            keep(&mut session.held, &node)?;
            session.client.ack(id).await;
            Ok(node)
        }
        Err(failure) => Err(failure),
    };
    let held = session.close().await;
    show(&held.stored, &added?, screen)
}

async fn secret(session: &mut Session, label: &str) -> Result<NewNode, Failure> {
    let known: Vec<String> = session.held.stored.nodes.iter().map(|node| node.id.clone()).collect();
    let nodes = &mut session.nodes;
    let mut next = async || loop {
        match nodes.recv().await {
            Some(node) if node.1 == label && !known.contains(&node.0.to_string()) => return node,
            Some(_) => {}
            None => std::future::pending().await,
        }
    };
    let Ok(mut newest) = timeout(SECRET_WAIT, next()).await else {
        let text = "the node was added, but its secret has not come yet";
        return Err(Failure::new(Code::TimedOut, text)
            .hint("it will come: tmtp listen takes it, and tmtp node list shows it"));
    };
    while let Ok(later) = timeout(SETTLE, next()).await {
        if later.0 > newest.0 {
            newest = later;
        }
    }
    Ok(newest)
}

/// Keeps the secret of a node that was added, for the device that will be it.
pub fn keep(held: &mut Held, node: &AddedNode) -> Result<(), Failure> {
    held.change(|stored| {
        let new = !stored.nodes.iter().any(|known| known.id == node.id);
        if new {
            stored.nodes.push(node.clone());
        }
        new
    })
}

fn show(stored: &Stored, node: &AddedNode, screen: &Screen) -> Result<(), Failure> {
    let token = stored.token_of(node);
    let object = json!({
        "event": "node",
        "label": node.label,
        "uid": stored.account.uid,
        "node": node.secret,
        "site": stored.account.site.to_string(),
        "token": token,
    });
    screen.show(&object, || {
        format!(
            "{}: on that device, once, run\n  tmtp node use '{token}'\nWhoever has this token can be you.",
            node.label
        )
    })
}

/// Makes an account of a token.
pub fn adopt(common: &Common, args: &Token, screen: &Screen) -> Result<(), Failure> {
    let token = match args.token.as_str() {
        "-" => {
            let mut line = String::new();
            std::io::stdin().read_line(&mut line).map_err(|e| Failure::local("standard input", &e))?;
            line
        }
        token => token.to_owned(),
    };
    let account = Account::from_token(&token)?;
    let profile = Profile::find(common)?;
    let name = profile.new_name(common.account.as_deref(), "member")?;
    let held = profile.prepare(&name)?.fill(Stored::from(account))?;
    if profile.default_name().is_none() {
        profile.set_default(&name)?;
    }
    let account = &held.stored.account;
    let object = json!({
        "event": "account",
        "account": name,
        "uid": account.uid,
        "site": account.site.to_string(),
    });
    screen.show(&object, || format!("this device is now a node of {}\naccount {name}", account.uid))
}
