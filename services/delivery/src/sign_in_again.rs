//! Members who sign in again every so many days, where their site wants it: to log in takes a fresh token of the provider
//! that vouches for them (`auth` 2 of section 4).

use tmtp_oidc::SKEW_MS;
use tmtp_store::{Identity, MemberKey, NodeId, Registration, SignIn, Site, SiteSettings, Tx};

use crate::{
    core::Core,
    fault::Fault,
    login::Entrant,
    newcomers::{self, Vouched, Voucher},
    refusal::Refusal,
};

const DAY_MS: i64 = 86_400_000;
/// How old a token may be: time for whoever signed in to come back from the browser.
const FRESH_MS: i64 = 3_600_000;

/// What somebody who logs in shows.
#[derive(Debug, Clone)]
pub(crate) enum Shown {
    /// A token that nobody has looked at yet.
    Unseen(String),
    /// A good and fresh one.
    Good(Voucher),
    /// Nothing, or nothing of use; why it does not do where it takes a token.
    Nothing(Refusal),
}

impl Shown {
    pub fn new(token: Option<String>) -> Self {
        token.map_or_else(|| Self::Nothing(Refusal::authentication_required()), Self::Unseen)
    }

    /// What a token is good for; not in a transaction, since it may take asking its provider.
    pub async fn looked_at(&self, core: &Core, site: &Site) -> Result<Self, Fault> {
        let Self::Unseen(token) = self else { return Ok(self.clone()) };
        Ok(match newcomers::by_provider(core, site, token).await {
            Ok(Vouched::For(voucher)) if is_fresh(&voucher, core.clock.unix_ms()) => Self::Good(voucher),
            Ok(Vouched::For(_)) => Self::Nothing(Refusal::authentication_required()),
            Ok(Vouched::ForAnother) => Self::Nothing(Refusal::signed_in_as_another()),
            Err(Fault::Refused(refusal)) => Self::Nothing(refusal),
            Err(fault) => return Err(fault),
        })
    }
}

/// Whether a token was given out just now, not kept since some former sign-in.
fn is_fresh(voucher: &Voucher, now_ms: i64) -> bool {
    voucher.issued_ms.is_some_and(|issued_ms| now_ms.saturating_sub(issued_ms) <= FRESH_MS + SKEW_MS)
}

/// Whether members like this one sign in. Guests with an invitation have nobody to sign in at; where only providers vouch
/// there are no guests.
fn can_sign_in(settings: &SiteSettings, last: &SignIn) -> bool {
    last.identity.is_some() || settings.registration == Registration::Provider
}

/// Whether somebody has to sign in before this node may log in.
fn is_due(settings: &SiteSettings, last: &SignIn, now_ms: i64) -> bool {
    let days = i64::from(settings.sign_in_again_days);
    can_sign_in(settings, last) && last.at_ms.is_none_or(|at| at.saturating_add(days * DAY_MS) <= now_ms)
}

/// Whether a node's member signed in lately enough, or does so now; `false` when the token is to be looked at first. One that
/// is shown before the days are over counts; if it is of no use, nothing is lost.
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
    if !can_sign_in(&site.settings, &last) {
        return Ok(true);
    }
    let done = match &entrant.shown {
        Shown::Unseen(_) => return Ok(false),
        Shown::Good(voucher) => sign_in(core, tx, (site, member, node), (&last, voucher), now_ms).await,
        Shown::Nothing(refusal) => Err(refusal.clone().into()),
    };
    match done {
        Err(Fault::Refused(_)) if !is_due(&site.settings, &last, now_ms) => Ok(true),
        done => done.map(|()| true),
    }
}

async fn sign_in(
    core: &Core,
    tx: &mut dyn Tx,
    (site, member, node): (&Site, &MemberKey, NodeId),
    (last, voucher): (&SignIn, &Voucher),
    now_ms: i64,
) -> Result<(), Fault> {
    let identity = voucher.identity.as_ref().filter(|identity| is_same(core, site, last, identity));
    let identity = identity.ok_or_else(Refusal::signed_in_as_another)?;
    newcomers::spend(tx, site, voucher, now_ms).await?;
    Ok(tx.note_sign_in(member, node, identity, now_ms).await?)
}

/// Whether a member may be this person. Who was at a provider that vouches here no more may be somebody at another one, and
/// anybody is whom an administrator had forgotten.
fn is_same(core: &Core, site: &Site, last: &SignIn, identity: &Identity) -> bool {
    last.identity.as_ref().is_none_or(|former| {
        former == identity
            || former.is_forgotten()
            || !core.sites.providers(site.id).iter().any(|one| one.issuer == former.issuer)
    })
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;

    use super::*;

    const NOW_MS: i64 = 1_800_000_000_000;

    fn last(days_ago: Option<i64>, has_identity: bool) -> SignIn {
        let identity = Identity { issuer: "https://idp.example".to_owned(), subject_hash: vec![7] };
        let at_ms = days_ago.map(|days| NOW_MS - days * DAY_MS);
        SignIn { identity: has_identity.then_some(identity), at_ms }
    }

    #[test]
    fn a_token_is_fresh_for_an_hour_and_one_that_says_nothing_of_that_is_not() {
        let voucher = |issued_ms| Voucher {
            digest: Bytes::new(),
            expires_ms: NOW_MS,
            issued_ms,
            identity: None,
            invitation: None,
            alias: None,
        };
        for (age_ms, fresh) in [(0, true), (FRESH_MS, true), (FRESH_MS + SKEW_MS + 1, false), (DAY_MS, false)]
        {
            assert_eq!(is_fresh(&voucher(Some(NOW_MS - age_ms)), NOW_MS), fresh, "{age_ms}");
        }
        assert!(!is_fresh(&voucher(None), NOW_MS));
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
