//! Newcomers at a site that is not open to all: how they sign in, and what the token that they bring is good for.

mod field;
mod token;
mod ways;

use tmtp_store::{Registration, Site, Tx};

use crate::{core::Core, fault::Fault, refusal::Refusal};

pub(crate) use field::id_token;
pub(crate) use token::Voucher;
pub(crate) use ways::ways;

/// What a newcomer's token vouches for; `None` where the site wants none.
pub(crate) async fn vouched(
    tx: &mut dyn Tx,
    core: &Core,
    site: &Site,
    token: Option<&str>,
    now_ms: i64,
) -> Result<Option<Voucher>, Fault> {
    match site.settings.registration {
        Registration::Open => Ok(None),
        Registration::Closed => Err(Refusal::register_failure().into()),
        Registration::Invitation => {
            let keys = tx.public_keys(site.id).await?;
            let issuer = tmtp_store::sign_in::issuer(&core.options.sign_in_url, site.id);
            let checked = token.and_then(|token| token::check(token, &keys, &issuer, now_ms));
            checked.map(Some).ok_or_else(|| Refusal::authentication_required().into())
        }
    }
}

/// Uses what a token vouches for, once: the token, and the invitation behind it.
pub(crate) async fn spend(tx: &mut dyn Tx, site: &Site, voucher: &Voucher, now_ms: i64) -> Result<(), Fault> {
    if !tx.spend_token(site.id, &voucher.digest, voucher.expires_ms).await? {
        return Err(Refusal::authentication_required().into());
    }
    if !tx.redeem(site.id, voucher.invitation, now_ms).await? {
        return Err(Refusal::register_failure().into());
    }
    Ok(())
}
