//! Has certificates issued for sites that want that, and renewed long before they end.

use std::{sync::Arc, time::Duration};

use tmtp_platform::clock::HOUR_MS;
use tmtp_store::{
    Pair, Store,
    admin::{Change, Claim, Issuing, NewCertificate, Scope, SiteCertificate, Tried},
};
use tokio::{
    task::JoinSet,
    time::{interval, sleep},
};
use tokio_util::sync::CancellationToken;

use super::{
    AuthorityOptions, Facts,
    authority::{self, AuthorityError, Ordered},
    covers, pace, pair,
};
use crate::{By, Error, Registry, Result, registry::Done};

/// Who a certificate comes from that was issued.
pub const ISSUED: &str = "the certificate authority";
/// How often it is looked whether a site is due.
const LOOK_EVERY: Duration = Duration::from_secs(5);
/// Orders of one process under way at once.
const AT_ONCE: usize = 4;
/// When another process takes up a site whose order nobody brought to its end: longer than one may take as a whole.
const CLAIM_MS: i64 = 10 * 60_000;
/// Until edges have heard what to show, by the bus.
const SHOWN_AFTER: Duration = Duration::from_secs(5);
/// After a try that failed they are given the time in which they look by themselves, since the bus may be down.
const SHOWN_AFTER_LOOKING: Duration = Duration::from_secs(15);

/// Has certificates issued, for as long as a control process runs.
pub struct Issuer {
    pub store: Arc<dyn Store>,
    pub registry: Registry,
    pub options: AuthorityOptions,
}

impl Issuer {
    /// Runs until it is told to stop; at once where there is no authority.
    pub async fn run(self, stop: CancellationToken) {
        if !self.options.is_set() {
            return;
        }
        let issuer = Arc::new(self);
        let mut orders = JoinSet::new();
        let mut ticks = interval(LOOK_EVERY);
        loop {
            tokio::select! {
                // What was ordered and is not fetched by the end of the process is ordered anew.
                () = stop.cancelled() => return orders.detach_all(),
                _ = ticks.tick() => {}
                Some(_) = orders.join_next() => {}
            }
            while orders.len() < AT_ONCE {
                match issuer.claim().await {
                    Ok(Some(claim)) => orders.spawn(Arc::clone(&issuer).look_at(claim)),
                    Ok(None) => break,
                    Err(error) => {
                        tracing::info!(%error, "certificates to be issued could not be looked at");
                        break;
                    }
                };
            }
        }
    }

    async fn claim(&self) -> Result<Option<Claim>> {
        let now = self.registry.now_ms();
        let mut change = self.registry.admin.begin().await?;
        let claimed = change.claim_issuing(now, now + CLAIM_MS).await?;
        change.commit().await?;
        Ok(claimed)
    }

    async fn look_at(self: Arc<Self>, claim: Claim) {
        let site = claim.site.0;
        let ended = self.renew(&claim).await;
        if let Err(problem) = &ended {
            problem.log(site);
        }
        if let Err(error) = self.release(&claim, ended).await {
            tracing::info!(site, %error, "how an order of a certificate ended could not be noted");
        }
    }

    async fn release(&self, claim: &Claim, ended: std::result::Result<Next, Problem>) -> Result<()> {
        let mut change = self.registry.admin.begin().await?;
        // The site may have been removed, and the wish taken back.
        let Some(scope) = change.scope(claim.org, claim.site).await? else { return Ok(()) };
        let Some(issuing) = change.issuing(&scope).await? else { return Ok(()) };
        let (next_ms, tried) = match ended {
            Ok(next) => next,
            Err(problem) => (
                pace::after_failures(self.registry.now_ms(), issuing.failures),
                Tried::InVain(problem.to_tell()),
            ),
        };
        if !change.release_issuing(claim, next_ms, &tried).await? {
            return Ok(());
        }
        // However it ended, also where the process died that ordered before.
        let were_shown = change.set_proofs(&scope, &[]).await?;
        change.commit().await?;
        if were_shown {
            self.registry.tell_sites(claim.site);
        }
        Ok(())
    }

    /// Has a site's certificate issued if that is due.
    async fn renew(&self, claim: &Claim) -> std::result::Result<Next, Problem> {
        let now = self.registry.now_ms();
        let Site { hosts, has, issuing } = self.what_is_there(claim).await?;
        if is_superseded(has.as_ref(), &issuing) {
            let (change, scope) = self.holding(claim).await?;
            return self.give_up(change, &scope).await;
        }
        if let Some(due_ms) = due(has.as_ref(), &hosts)
            && due_ms > now
        {
            return Ok((due_ms, Tried::Well));
        }
        if let Some(free_ms) = self.note_order(claim).await? {
            return Ok((free_ms, Tried::NotYet));
        }
        let mut ordered = authority::order(&self.store, &self.options, &hosts).await?;
        let kept = match self.obtain(claim, &mut ordered, issuing.failures > 0).await {
            Ok(issued) => self.keep(claim, issued, &hosts).await,
            Err(problem) => Err(problem),
        };
        // Whoever has these host names one day is to prove that anew.
        ordered.forget().await;
        let facts = kept?;
        metrics::counter!("tmtp_control_certificates_issued_total", "result" => "ok").increment(1);
        tracing::info!(site = claim.site.0, hosts = hosts.len(), "a certificate was issued");
        Ok((pace::after_success(self.registry.now_ms(), &facts), Tried::Well))
    }

    /// A site's host names, the certificate that it has, and how far its wish has come.
    async fn what_is_there(&self, claim: &Claim) -> std::result::Result<Site, Problem> {
        let mut view = self.registry.view().await?;
        let scope = Registry::scope(&mut view, claim.org, claim.site).await?;
        let site = view.org_site(claim.org, claim.site).await?.ok_or(Problem::Taken)?;
        let issuing = view.issuing(&scope).await?.ok_or(Problem::Taken)?;
        Ok(Site { hosts: site.site.hosts, has: view.certificate(&scope).await?, issuing })
    }

    /// Notes an order; when one would be free where there were too many.
    async fn note_order(&self, claim: &Claim) -> std::result::Result<Option<i64>, Problem> {
        let now = self.registry.now_ms();
        let (mut change, scope) = self.holding(claim).await?;
        change.lock_sites().await?;
        let past = change.orders_since(now - HOUR_MS).await?;
        let free_ms = pace::free(&past, claim.org, claim.site).filter(|free_ms| *free_ms > now);
        if free_ms.is_none() {
            change.note_order(&scope, now, now - HOUR_MS).await?;
            change.commit().await?;
        }
        Ok(free_ms)
    }

    async fn obtain(
        &self,
        claim: &Claim,
        ordered: &mut Ordered,
        was_in_vain: bool,
    ) -> std::result::Result<Pair, Problem> {
        if !ordered.proofs.is_empty() {
            self.show(claim, &ordered.proofs).await?;
            sleep(if was_in_vain { SHOWN_AFTER_LOOKING } else { SHOWN_AFTER }).await;
        }
        // Is it wanted still? The authority need not look in vain.
        drop(self.holding(claim).await?);
        Ok(ordered.fulfil().await?)
    }

    /// A transaction in which a claim holds, and is nobody else's before its end.
    async fn holding(&self, claim: &Claim) -> std::result::Result<(Change, Scope), Problem> {
        let mut change = self.registry.admin.begin().await?;
        let scope = change.scope(claim.org, claim.site).await?.ok_or(Problem::Taken)?;
        if !change.holds_issuing(claim).await? {
            return Err(Problem::Taken);
        }
        Ok((change, scope))
    }

    /// Has edges show this to an authority that looks.
    async fn show(&self, claim: &Claim, proofs: &[(String, Pair)]) -> std::result::Result<(), Problem> {
        let (mut change, scope) = self.holding(claim).await?;
        change.set_proofs(&scope, proofs).await?;
        change.commit().await?;
        self.registry.tell_sites(claim.site);
        Ok(())
    }

    /// Serves the site with it, if that is wanted still.
    async fn keep(
        &self,
        claim: &Claim,
        issued: Pair,
        hosts: &[String],
    ) -> std::result::Result<Facts, Problem> {
        let key = String::from_utf8_lossy(&issued.key.0).into_owned();
        let facts = pair::check(&issued.chain, &key, hosts, self.registry.now_ms())?;
        let (mut change, scope) = self.holding(claim).await?;
        // Before looking at what there is: who knows nothing of wishes brings a certificate under this lock alone.
        change.lock_sites().await?;
        let before = change.certificate(&scope).await?;
        let issuing = change.issuing(&scope).await?.ok_or(Problem::Taken)?;
        if is_superseded(before.as_ref(), &issuing) {
            return self.give_up(change, &scope).await;
        }
        let new = NewCertificate {
            chain: issued.chain,
            key: issued.key,
            expires_ms: facts.expires_ms,
            made_by: ISSUED.to_owned(),
            now_ms: self.registry.now_ms(),
        };
        change.set_certificate(&scope, &new).await?;
        let target = claim.site.0.to_string();
        let (was, became) = (super::value(before.as_ref()), facts.value());
        let (org, site, action) = (claim.org, Some(claim.site), "certificate.issue");
        let done = Done { org, action, site, target: &target, was, became };
        self.registry.record(&mut change, &By::itself(), done).await?;
        change.commit().await?;
        self.registry.tell_sites(claim.site);
        Ok(facts)
    }

    /// Somebody brought a certificate since, by a control process that does not know of authorities.
    async fn give_up<T>(&self, mut change: Change, scope: &Scope) -> std::result::Result<T, Problem> {
        self.registry.end_issuing(&mut change, &By::itself(), scope).await?;
        change.commit().await?;
        Err(Problem::Taken)
    }
}

/// When a site is looked at next, and what came of it now.
type Next = (i64, Tried);

/// What is known of a site that is due.
struct Site {
    hosts: Vec<String>,
    has: Option<SiteCertificate>,
    issuing: Issuing,
}

/// Why a site has no certificate yet.
#[derive(Debug, thiserror::Error)]
enum Problem {
    #[error(transparent)]
    Authority(#[from] AuthorityError),
    #[error("what was issued is of no use: {0}")]
    Useless(String),
    #[error("the wish was taken back, or another process took the order up")]
    Taken,
    #[error(transparent)]
    Other(Error),
}

impl From<Error> for Problem {
    fn from(error: Error) -> Self {
        match error {
            Error::Certificate(why) => Self::Useless(why),
            other => Self::Other(other),
        }
    }
}

impl From<tmtp_store::Error> for Problem {
    fn from(error: tmtp_store::Error) -> Self {
        Self::Other(error.into())
    }
}

impl Problem {
    /// What a site's administrators are told: nothing of the inside of the service.
    fn to_tell(&self) -> String {
        match self {
            Self::Authority(error) if error.is_ours() => OURS.to_owned(),
            Self::Other(_) => OURS.to_owned(),
            told => told.to_string(),
        }
    }

    fn log(&self, site: i64) {
        if let Self::Taken = self {
            return tracing::info!(site, "an order of a certificate was left: {self}");
        }
        metrics::counter!("tmtp_control_certificates_issued_total", "result" => "failed").increment(1);
        match self {
            // For the site's administrators to mend, and they are told.
            Self::Authority(AuthorityError::NotProven(_)) => {
                tracing::info!(site, problem = %self, "no certificate was issued");
            }
            _ => tracing::warn!(site, problem = %self, "no certificate was issued"),
        }
    }
}

const OURS: &str = "something is wrong at the provider, who sees what; it is tried again";

/// Whether somebody brought a certificate after it was wished that an authority issues them.
fn is_superseded(has: Option<&SiteCertificate>, issuing: &Issuing) -> bool {
    has.is_some_and(|has| has.made_by != ISSUED && has.created_ms > issuing.created_ms)
}

/// When what a site has is to be renewed; `None` at once: it is not an issued one, or not for all hosts.
fn due(has: Option<&SiteCertificate>, hosts: &[String]) -> Option<i64> {
    let has = has.filter(|has| has.made_by == ISSUED)?;
    let is_for_all = hosts.iter().all(|host| covers(&has.chain, host));
    Facts::of(&has.chain).ok().filter(|_| is_for_all).map(|facts| pace::half_way(&facts))
}

#[cfg(test)]
mod tests {
    use tmtp_platform::clock::DAY_MS;

    use super::*;

    fn has(hosts: &[&str], made_by: &str) -> SiteCertificate {
        let hosts: Vec<String> = hosts.iter().map(|host| (*host).to_owned()).collect();
        let mut params = rcgen::CertificateParams::new(hosts).unwrap();
        params.not_before = rcgen::date_time_ymd(2026, 1, 1);
        params.not_after = rcgen::date_time_ymd(2026, 4, 1);
        let made = params.self_signed(&rcgen::KeyPair::generate().unwrap()).unwrap();
        SiteCertificate { chain: made.pem(), expires_ms: 0, made_by: made_by.to_owned(), created_ms: 0 }
    }

    #[test]
    fn an_issued_certificate_is_due_in_the_middle_of_its_time() {
        let january_1: i64 = 1_767_225_600_000;
        let due = due(Some(&has(&["a.example"], ISSUED)), &["a.example".to_owned()]);
        assert_eq!(due, Some(january_1 + 45 * DAY_MS));
    }

    #[test]
    fn what_somebody_brought_or_is_not_for_all_hosts_is_due_at_once() {
        let hosts = ["a.example".to_owned(), "b.example".to_owned()];
        assert_eq!(due(None, &hosts), None);
        assert_eq!(due(Some(&has(&["a.example", "b.example"], "user 1")), &hosts), None);
        assert_eq!(due(Some(&has(&["a.example"], ISSUED)), &hosts), None);
        assert!(due(Some(&has(&["a.example", "b.example", "c.example"], ISSUED)), &hosts).is_some());
    }

    #[test]
    fn a_certificate_that_was_brought_after_the_wish_ends_it() {
        let wished_at = |created_ms| Issuing {
            made_by: "user 1".to_owned(),
            created_ms,
            next_ms: 0,
            failures: 0,
            problem: None,
        };
        let brought_at = |created_ms, made_by| SiteCertificate { created_ms, ..has(&["a.example"], made_by) };
        assert!(is_superseded(Some(&brought_at(8, "user 1")), &wished_at(7)));
        assert!(!is_superseded(Some(&brought_at(6, "user 1")), &wished_at(7)), "it is to be replaced");
        assert!(!is_superseded(Some(&brought_at(8, ISSUED)), &wished_at(7)));
        assert!(!is_superseded(None, &wished_at(7)));
    }

    #[test]
    fn tenants_are_told_nothing_of_the_inside_of_the_service() {
        let ca = AuthorityError::Ca { path: "/etc/tmtp/ca.pem".into(), why: "no such file".to_owned() };
        assert_eq!(Problem::from(ca).to_tell(), OURS);
        let store = tmtp_store::Error::Defect("a row of issuing".to_owned());
        assert_eq!(Problem::from(store).to_tell(), OURS);
        let dns = AuthorityError::NotProven("a.example: no address".to_owned());
        assert_eq!(Problem::from(dns).to_tell(), "a.example: no address");
    }
}
