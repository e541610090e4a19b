//! `tmtp sign-in`

use serde_json::json;

use crate::{
    args::{Common, SignIn},
    failure::Failure,
    screen::Screen,
    session::{Desk, settings},
    sign_in::{self, Wish},
};

pub async fn run(common: &Common, args: &SignIn, screen: &Screen) -> Result<(), Failure> {
    let desk = Desk::open(common)?;
    let settings = settings(common)?;
    let oidc = match &args.oidc {
        Some(file) => sign_in::token_in(file)?,
        None => {
            let wish = Wish { way: args.way.as_deref(), invitation: None, again: true };
            sign_in::run(&desk.held.stored.account.site, &settings, &wish, screen).await?.answer
        }
    };
    let held = desk.sign_in(oidc, settings).await?.close().await;
    let account = &held.stored.account;
    let object = json!({"event": "signed_in", "account": held.name, "uid": account.uid, "site_name": account.site_name});
    screen.show(&object, || format!("signed in at {}", account.site_name))
}
