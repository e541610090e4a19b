//! Members who sign in again every so many days, where their site wants it: to log in takes a fresh token of the provider
//! that vouches for them (`auth` 2 of section 4).

use tmtp_store::{Identity, MemberKey, NodeId, Registration, SignIn, Site, SiteSettings, Tx};

use crate::{
    core::Core,
    fault::Fault,
    login::Entrant,
    newcomers::{self, Vouched, Voucher},
    refusal::Refusal,
};

const DAY_MS: i64 = 86_400_000;

/// Whether somebody has to sign in before this node may log in.
fn is_due(settings: &SiteSettings, last: &SignIn, now_ms: i64) -> bool {
    // Guests with an invitation have nobody to sign in at; where only providers vouch there are no guests.
    let has_provider = last.identity.is_some() || settings.registration == Registration::Provider;
    let days = i64::from(settings.sign_in_again_days);
    has_provider && last.at_ms.is_none_or(|at| at.saturating_add(days * DAY_MS) <= now_ms)
}

/// Whether a node's member signed in lately enough, or does so now; `false` when a token is to be looked at first.
pub(crate) async fn is_done(
    core: &Core,
    tx: &mut dyn Tx,
    (entrant, member, node): (&Entrant, &MemberKey, NodeId),
) -> Result<bool, Fault> {
    let (site, now_ms) = (&entrant.site, core.clock.unix_ms());
    if !site.settings.signs_in_again() {
        return Ok(true);
    }
    let last = tx.sign_in(member, node).await?;
    if !is_due(&site.settings, &last, now_ms) {
        return Ok(true);
    }
    let Some(voucher) = &entrant.voucher else { return Ok(false) };
    let identity = voucher.identity.as_ref().filter(|identity| is_same(core, site, &last, identity));
    let identity = identity.ok_or_else(Refusal::authentication_required)?;
    newcomers::spend(tx, site, voucher, now_ms).await?;
    tx.note_sign_in(member, node, identity, now_ms).await?;
    Ok(true)
}

/// Whether a member may be this person. Who was at a provider that vouches here no more may be somebody at another one.
fn is_same(core: &Core, site: &Site, last: &SignIn, identity: &Identity) -> bool {
    last.identity.as_ref().is_none_or(|former| {
        former == identity || !core.sites.providers(site.id).iter().any(|one| one.issuer == former.issuer)
    })
}

/// What the token of somebody who has to sign in vouches for.
pub(crate) async fn vouched(core: &Core, site: &Site, token: Option<&str>) -> Result<Voucher, Fault> {
    let token = token.ok_or_else(Refusal::authentication_required)?;
    match newcomers::by_provider(core, site, token).await? {
        Vouched::For(voucher) => Ok(voucher),
        Vouched::ForAnother => Err(Refusal::login_failed().into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW_MS: i64 = 1_800_000_000_000;

    fn last(days_ago: Option<i64>, has_identity: bool) -> SignIn {
        let identity = Identity { issuer: "https://idp.example".to_owned(), subject_hash: vec![7] };
        let at_ms = days_ago.map(|days| NOW_MS - days * DAY_MS);
        SignIn { identity: has_identity.then_some(identity), at_ms }
    }

    #[test]
    fn a_sign_in_is_due_when_its_days_are_over_and_for_those_alone_who_can() {
        let due = |registration, last: &SignIn| {
            let settings = SiteSettings { registration, sign_in_again_days: 30, ..SiteSettings::default() };
            is_due(&settings, last, NOW_MS)
        };
        for registration in [Registration::Provider, Registration::InvitationOrProvider] {
            assert!(!due(registration, &last(Some(29), true)));
            assert!(due(registration, &last(Some(30), true)));
            assert!(due(registration, &last(None, true)), "its device never did");
        }
        assert!(!due(Registration::InvitationOrProvider, &last(None, false)), "a guest");
        assert!(due(Registration::Provider, &last(None, false)));
    }
}
