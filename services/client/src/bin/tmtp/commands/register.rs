//! `tmtp register`

use serde_json::json;
use tmtp_client::{Client, Error, Joined, Registration, Settings, error::Quit};

use crate::{
    args::{Common, Register},
    failure::{Code, Failure},
    profile::{Profile, Stored},
    screen::Screen,
    session::{Session, settings},
    sign_in::{self, Token, Wish},
};

pub async fn run(common: &Common, args: &Register, screen: &Screen) -> Result<(), Failure> {
    let mut settings = settings(common)?;
    if let (Some(certificate), Some(key)) = (&args.certificate, &args.key) {
        settings.tls = settings.tls.showing(certificate, key)?;
    }
    let profile = Profile::find(common)?;
    let name = profile.new_name(common.account.as_deref(), args.alias.as_deref().unwrap_or("member"))?;
    // The secret comes once: there must be a place for it before it is asked for.
    let prepared = profile.prepare(&name)?;
    let joined = match join(args, &settings, screen).await {
        Ok(joined) => joined,
        Err(failure) => {
            prepared.discard();
            return Err(failure);
        }
    };
    let held = prepared.fill(Stored::from(joined.account))?;
    if profile.default_name().is_none() {
        profile.set_default(&name)?;
    }
    let session = Session::new(held, joined.client, joined.events)?;
    let held = session.close().await;
    let account = &held.stored.account;
    let object = json!({
        "event": "registered",
        "account": name,
        "uid": account.uid,
        "alias": account.aliases.first(),
        "site": account.site.to_string(),
        "site_name": account.site_name,
        "alias_refused": joined.alias_refused,
    });
    screen.show(&object, || {
        let who = account.aliases.first().map(|alias| format!(" as {alias}")).unwrap_or_default();
        format!("registered at {}{who}\nuid {}\naccount {name}", account.site_name, account.uid)
    })?;
    match joined.alias_refused {
        None => Ok(()),
        Some(why) => Err(Failure::new(Code::Refused, format!("the alias was refused: {why}")).hint(format!(
            "the account stands: take another alias with tmtp --account {name} alias add ALIAS"
        ))),
    }
}

/// Registers, after a sign-in where the member asked for one, or the site does.
async fn join(args: &Register, settings: &Settings, screen: &Screen) -> Result<Joined, Failure> {
    let registration = Registration {
        node_label: args.node_label.clone(),
        alias: args.alias.clone(),
        oidc: args.oidc.as_deref().map(sign_in::token_in).transpose()?,
    };
    let wish = Wish { way: args.sign_in.as_deref(), invitation: args.invitation.as_deref(), again: false };
    if wish.way.is_none() && wish.invitation.is_none() {
        match Client::register(&args.site, registration.clone(), settings.clone()).await {
            Err(Error::Quit(Quit::AuthenticationRequired)) if args.oidc.is_none() => {}
            done => return Ok(done?),
        }
    }
    let Token { answer, alias } = sign_in::run(&args.site, settings, &wish, screen).await?;
    let registration =
        Registration { oidc: Some(answer), alias: registration.alias.or(alias), ..registration };
    Ok(Client::register(&args.site, registration, settings.clone()).await?)
}
