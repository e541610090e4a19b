//! Has certificates issued for sites that want that, and renewed long before they end.

use std::{sync::Arc, time::Duration};

use tmtp_store::{
    Pair, SiteId, Store,
    admin::{NewCertificate, OrgId, SiteCertificate},
};
use tokio::time::{interval, sleep};
use tokio_util::sync::CancellationToken;

use super::{
    AuthorityOptions, Facts,
    authority::{self, AuthorityError},
    covers, pair,
};
use crate::{By, Error, Registry, Result, registry::Done};

/// Who a certificate comes from that was issued.
pub const ISSUED: &str = "the certificate authority";
/// How often it is looked whether a site is due.
const LOOK_EVERY: Duration = Duration::from_secs(5);
/// How long one site may take before another process takes it up.
const CLAIM_MS: i64 = 10 * 60_000;
/// Until edges have heard what to show. Where the bus is down it may be too early, and the next try will do.
const SHOWN_AFTER: Duration = Duration::from_secs(5);
/// Before the second try, each time four times as long, and at most; authorities allow few tries an hour.
const PAUSE_MS: i64 = 20_000;
const PAUSE_MAX_MS: i64 = 12 * 3_600_000;

/// One of a site's tries.
type At = (OrgId, SiteId);

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
        let mut ticks = interval(LOOK_EVERY);
        loop {
            tokio::select! {
                () = stop.cancelled() => return,
                _ = ticks.tick() => {}
            }
            let looking = Arc::clone(&issuer);
            tokio::select! {
                // What was ordered and is not fetched by the end of the process is ordered anew.
                () = stop.cancelled() => return,
                _ = tokio::spawn(async move { looking.look().await }) => {}
            }
        }
    }

    async fn look(&self) {
        loop {
            match self.look_at_next().await {
                Ok(true) => {}
                Ok(false) => return,
                Err(error) => {
                    return tracing::info!(%error, "certificates to be issued could not be looked at");
                }
            }
        }
    }

    /// Whether there was a site to look at.
    async fn look_at_next(&self) -> Result<bool> {
        let now = self.registry.now_ms();
        let until = now + CLAIM_MS;
        let mut change = self.registry.admin.begin().await?;
        let claimed = change.claim_issuing(now, until).await?;
        change.commit().await?;
        let Some(at) = claimed else { return Ok(false) };
        match self.renew(at).await {
            Ok(next_ms) => self.tried(at, until, next_ms, None).await?,
            Err(error) => {
                metrics::counter!("tmtp_control_certificates_issued_total", "result" => "failed")
                    .increment(1);
                tracing::warn!(site = at.1.0, %error, "no certificate was issued");
                self.tried(at, until, self.next_try(at).await?, Some(&error.to_string())).await?;
            }
        }
        Ok(true)
    }

    async fn tried(&self, (org, site): At, until: i64, next_ms: i64, problem: Option<&str>) -> Result<()> {
        let mut change = self.registry.admin.begin().await?;
        // It may have been removed meanwhile.
        let Some(scope) = change.scope(org, site).await? else { return Ok(()) };
        change.tried_issuing(&scope, until, next_ms, problem).await?;
        Ok(change.commit().await?)
    }

    async fn next_try(&self, (org, site): At) -> Result<i64> {
        let mut view = self.registry.view().await?;
        let scope = Registry::scope(&mut view, org, site).await?;
        let failures = view.issuing(&scope).await?.map_or(0, |issuing| issuing.failures);
        let pause = PAUSE_MS.saturating_mul(1 << (2 * failures.min(10))).min(PAUSE_MAX_MS);
        Ok(self.registry.now_ms() + pause)
    }

    /// Has a site's certificate issued if that is due; when to look again.
    async fn renew(&self, at: At) -> std::result::Result<i64, Problem> {
        let (hosts, has) = self.what_is_there(at).await?;
        if let Some(due_ms) = due(has.as_ref(), &hosts)
            && due_ms > self.registry.now_ms()
        {
            return Ok(due_ms);
        }
        let issued = self.obtain(at, &hosts).await?;
        let facts = self.keep(at, issued, &hosts).await?;
        metrics::counter!("tmtp_control_certificates_issued_total", "result" => "ok").increment(1);
        tracing::info!(site = at.1.0, hosts = hosts.len(), "a certificate was issued");
        Ok(half_way(&facts))
    }

    /// A site's host names, and the certificate that it has.
    async fn what_is_there(&self, (org, site): At) -> Result<(Vec<String>, Option<SiteCertificate>)> {
        let mut view = self.registry.view().await?;
        let scope = Registry::scope(&mut view, org, site).await?;
        let hosts = view.org_site(org, site).await?.ok_or(Error::Absent("site"))?.site.hosts;
        Ok((hosts, view.certificate(&scope).await?))
    }

    async fn obtain(&self, at: At, hosts: &[String]) -> std::result::Result<Pair, Problem> {
        let ordered = authority::order(&self.store, &self.options, hosts).await?;
        if !ordered.proofs.is_empty() {
            self.show(at, &ordered.proofs).await?;
            sleep(SHOWN_AFTER).await;
        }
        let issued = ordered.fulfil().await;
        self.show(at, &[]).await?;
        Ok(issued?)
    }

    /// Has edges show this to an authority that looks.
    async fn show(&self, (org, site): At, proofs: &[(String, Pair)]) -> Result<()> {
        let mut change = self.registry.admin.begin().await?;
        let scope = Registry::scope(&mut change, org, site).await?;
        change.set_proofs(&scope, proofs).await?;
        change.commit().await?;
        self.registry.tell_sites(site);
        Ok(())
    }

    /// Serves the site with it, if that is wanted still.
    async fn keep(&self, (org, site): At, issued: Pair, hosts: &[String]) -> Result<Facts> {
        let key = String::from_utf8_lossy(&issued.key.0).into_owned();
        let facts = pair::check(&issued.chain, &key, hosts, self.registry.now_ms())?;
        let mut change = self.registry.admin.begin().await?;
        let scope = Registry::scope(&mut change, org, site).await?;
        change.issuing(&scope).await?.ok_or(Error::Absent("wish for certificates to be issued"))?;
        let before = change.certificate(&scope).await?;
        let new = NewCertificate {
            chain: issued.chain,
            key: issued.key,
            expires_ms: facts.expires_ms,
            made_by: ISSUED.to_owned(),
            now_ms: self.registry.now_ms(),
        };
        change.set_certificate(&scope, &new).await?;
        let (target, was, became) = (site.0.to_string(), super::value(before.as_ref()), facts.value());
        let action = "certificate.issue";
        let done = Done { org, action, site: Some(site), target: &target, was, became };
        self.registry.record(&mut change, &By::itself(), done).await?;
        change.commit().await?;
        self.registry.tell_sites(site);
        Ok(facts)
    }
}

/// Why a site has no certificate yet.
#[derive(Debug, thiserror::Error)]
enum Problem {
    #[error(transparent)]
    Authority(#[from] AuthorityError),
    #[error(transparent)]
    Other(#[from] Error),
}

/// When what a site has is to be renewed; `None` at once: it is not an issued one, or not for all hosts.
fn due(has: Option<&SiteCertificate>, hosts: &[String]) -> Option<i64> {
    let has = has.filter(|has| has.made_by == ISSUED)?;
    let is_for_all = hosts.iter().all(|host| covers(&has.chain, host));
    Facts::of(&has.chain).ok().filter(|_| is_for_all).map(|facts| half_way(&facts))
}

/// In the middle of its time: an authority that is away for weeks is no harm.
fn half_way(facts: &Facts) -> i64 {
    facts.begins_ms + (facts.expires_ms - facts.begins_ms) / 2
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
}
