//! Newcomers at a site that is not open to all: how they sign in, and what the token that they bring is good for.

mod field;
mod foreign;
mod own;
mod voucher;
mod ways;

use tmtp_store::{Registration, Site, Tx, sign_in::issuer};

use crate::{core::Core, fault::Fault, refusal::Refusal};

pub(crate) use field::id_token;
pub(crate) use foreign::Vouched;
pub(crate) use voucher::Voucher;
pub(crate) use ways::ways;

/// What a newcomer's token vouches for; `None` where the site wants none. `by_certificate`: it showed its edge one that the
/// site's authorities issued.
pub(crate) async fn vouched(
    core: &Core,
    site: &Site,
    token: Option<&str>,
    by_certificate: bool,
) -> Result<Option<Voucher>, Fault> {
    let registration = site.settings.registration;
    match registration {
        Registration::Open => return Ok(None),
        Registration::Certificate if by_certificate => return Ok(None),
        Registration::Certificate => return Err(Refusal::authentication_required().into()),
        Registration::Closed => return Err(Refusal::register_failure().into()),
        Registration::Invitation | Registration::Provider | Registration::InvitationOrProvider => {}
    }
    let token = token.ok_or_else(Refusal::authentication_required)?;
    let now_ms = core.clock.unix_ms();
    if registration.takes_invitations() {
        let keys = core.main.public_keys(site.id).await?;
        let issuer = issuer(&core.options.sign_in_url, site.id);
        if let Some(voucher) = own::check(token, &keys, &issuer, now_ms) {
            return Ok(Some(voucher));
        }
    }
    if registration.takes_providers() {
        return match by_provider(core, site, token).await? {
            Vouched::For(voucher) => Ok(Some(voucher)),
            Vouched::ForAnother => Err(Refusal::register_failure().into()),
        };
    }
    Err(Refusal::authentication_required().into())
}

/// What a token of one of the site's providers says.
pub(crate) async fn by_provider(core: &Core, site: &Site, token: &str) -> Result<Vouched, Fault> {
    let providers = core.sites.providers(site.id);
    let mut is_another = false;
    for provider in providers.iter().filter(|one| tmtp_oidc::is_from(token, &one.issuer)) {
        let found = core.keys.find(&provider.settings.keys_url, token).await;
        let key = found.map_err(|_| Refusal::provider_down())?;
        let now_ms = core.clock.unix_ms();
        match key.and_then(|key| foreign::check(token, &key, provider, now_ms)) {
            Some(Vouched::For(voucher)) => return Ok(Vouched::For(voucher)),
            // The rules of another provider with the same issuer may admit it.
            Some(Vouched::ForAnother) => is_another = true,
            None => {}
        }
    }
    if is_another { Ok(Vouched::ForAnother) } else { Err(Refusal::authentication_required().into()) }
}

/// Uses what a token vouches for, once: the token, and the invitation behind it.
pub(crate) async fn spend(tx: &mut dyn Tx, site: &Site, voucher: &Voucher, now_ms: i64) -> Result<(), Fault> {
    if !tx.spend_token(site.id, &voucher.digest, voucher.expires_ms).await? {
        return Err(Refusal::authentication_required().into());
    }
    let Some(invitation) = voucher.invitation else { return Ok(()) };
    if tx.redeem(site.id, invitation, now_ms).await? {
        Ok(())
    } else {
        Err(Refusal::register_failure().into())
    }
}
