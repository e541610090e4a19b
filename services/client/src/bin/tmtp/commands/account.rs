//! `tmtp whoami` and `tmtp account`

use serde_json::json;

use super::node;
use crate::{
    args::{Account, Common},
    failure::Failure,
    profile::Profile,
    screen::Screen,
};

pub fn whoami(common: &Common, screen: &Screen) -> Result<(), Failure> {
    let profile = Profile::find(common)?;
    let name = profile.choose(common.account.as_deref())?;
    show(&profile, &name, screen)
}

pub fn run(common: &Common, command: &Account, screen: &Screen) -> Result<(), Failure> {
    let profile = Profile::find(common)?;
    match command {
        Account::List => profile.names()?.iter().try_for_each(|name| show(&profile, name, screen)),
        Account::Use { name } => {
            let name = profile.choose(Some(name))?;
            profile.set_default(&name)?;
            screen.show(&json!({"event": "account", "account": name, "default": true}), || {
                format!("{name} is the default account now")
            })
        }
        Account::Add(token) => node::adopt(common, token, screen),
        Account::Remove { name, yes } => remove(&profile, name, *yes, screen),
    }
}

fn remove(profile: &Profile, name: &str, yes: bool, screen: &Screen) -> Result<(), Failure> {
    let name = profile.choose(Some(name))?;
    if !yes {
        let text = format!("this would delete {} with all messages in it", profile.folder(&name).display());
        return Err(Failure::usage(text).hint(
            "the site would still know this node, and nobody could log in as it again: if that is what you \
             want, add --yes",
        ));
    }
    profile.hold(&name)?.remove()?;
    screen.show(&json!({"event": "account", "account": name, "removed": true}), || format!("{name} is gone"))
}

fn show(profile: &Profile, name: &str, screen: &Screen) -> Result<(), Failure> {
    let stored = profile.read(name)?;
    let account = &stored.account;
    let default = profile.default_name().as_deref() == Some(name);
    let object = json!({
        "event": "account",
        "account": name,
        "default": default,
        "uid": account.uid,
        "aliases": account.aliases,
        "node_label": account.node_label,
        "site": account.site.to_string(),
        "site_name": account.site_name,
        "folder": profile.folder(name),
    });
    screen.show(&object, || {
        let star = if default { " (default)" } else { "" };
        let aliases =
            if account.aliases.is_empty() { "(no alias)".into() } else { account.aliases.join(", ") };
        format!("{name}{star}: {aliases} at {} {}\n  uid {}", account.site, account.site_name, account.uid)
    })
}
