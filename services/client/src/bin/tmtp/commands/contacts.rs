//! `tmtp contacts`

use serde_json::json;
use tmtp_client::account::is_uid;

use crate::{
    args::{Common, Contacts},
    failure::Failure,
    profile::Profile,
    screen::Screen,
    session::Desk,
};

pub fn run(common: &Common, command: &Contacts, screen: &Screen) -> Result<(), Failure> {
    match command {
        Contacts::List => {
            let profile = Profile::find(common)?;
            let contacts = profile.contacts(&profile.choose(common.account.as_deref())?)?;
            let mut all = contacts.iter();
            all.try_for_each(|(alias, uid)| show(alias, uid, screen))
        }
        Contacts::Add { alias, uid } => {
            if !is_uid(uid) {
                return Err(Failure::usage(format!("{uid} is not a uid")));
            }
            let desk = Desk::open(common)?;
            if !desk.held.contacts()?.learn(alias, uid)? {
                return Err(Failure::usage(format!("\"{alias}\" is another member's"))
                    .hint("forget that one first: tmtp contacts remove ALIAS"));
            }
            show(alias, uid, screen)
        }
        Contacts::Remove { alias } => {
            let desk = Desk::open(common)?;
            if !desk.held.contacts()?.remove(alias)? {
                return Err(Failure::usage(format!("no contact is called \"{alias}\"")));
            }
            screen.show(&json!({"event": "contact", "alias": alias, "removed": true}), || {
                format!("{alias} is forgotten")
            })
        }
    }
}

fn show(alias: &str, uid: &str, screen: &Screen) -> Result<(), Failure> {
    screen.show(&json!({"event": "contact", "alias": alias, "uid": uid}), || format!("{uid}  {alias}"))
}
