//! Sites' certificates: their administrators bring them, or an authority issues them. They are checked, stored, and told to
//! the edges, which fetch them from delivery.

mod authority;
mod issuer;
mod pace;
mod pair;

use serde_json::{Value, json};
use tmtp_platform::clock::DAY_MS;
use tmtp_store::{
    PrivateKey, SiteId,
    admin::{Change, Issuing, NewCertificate, OrgId, Scope, SiteCertificate},
};

pub use authority::AuthorityOptions;
pub(crate) use issuer::{ISSUED, Issuer};
pub(crate) use pair::Facts;
pub use pair::covers;

use crate::{By, Error, Registry, Result, registry::Done};

/// So long before its end a certificate is warned of.
pub(crate) const SOON_MS: i64 = 21 * DAY_MS;

impl Registry {
    /// Serves a site with this certificate from now on: a chain and its key, both PEM.
    ///
    /// # Errors
    /// When they do not go together or cannot serve the site's hosts, there is no such site, or the store fails.
    pub async fn set_certificate(
        &self,
        by: &By,
        (org, site): (OrgId, SiteId),
        chain: &str,
        key: &str,
    ) -> Result<()> {
        let mut change = self.admin.begin_of(org).await?;
        let scope = Self::scope(&mut change, org, site).await?;
        let hosts = change.org_site(org, site).await?.ok_or(Error::Absent("site"))?.site.hosts;
        let facts = pair::check(chain, key, &hosts, self.now_ms())?;
        // First, as an order that is under way does: none of the two is in the middle of the other.
        let were_issued = change.stop_issuing(&scope).await?;
        let before = change.certificate(&scope).await?;
        let new = NewCertificate {
            chain: chain.to_owned(),
            key: PrivateKey(key.as_bytes().to_vec()),
            expires_ms: facts.expires_ms,
            made_by: by.actor.clone(),
            now_ms: self.now_ms(),
        };
        change.set_certificate(&scope, &new).await?;
        if were_issued {
            self.record_issuing(&mut change, by, &scope, false).await?;
        }
        let (target, was, became) = (site.0.to_string(), value(before.as_ref()), facts.value());
        let action = "certificate.set";
        self.record(&mut change, by, Done { org, action, site: Some(site), target: &target, was, became })
            .await?;
        change.commit().await?;
        self.tell_sites(site);
        Ok(())
    }

    /// Serves a site with what the edges have in their folders again.
    ///
    /// # Errors
    /// When it has no certificate of its own, there is no such site, or the store fails.
    pub async fn remove_certificate(&self, by: &By, (org, site): (OrgId, SiteId)) -> Result<()> {
        let mut change = self.admin.begin_of(org).await?;
        let scope = Self::scope(&mut change, org, site).await?;
        let were_issued = change.stop_issuing(&scope).await?;
        let before = change.certificate(&scope).await?.ok_or(Error::Absent("certificate"))?;
        change.remove_certificate(&scope).await?;
        if were_issued {
            self.record_issuing(&mut change, by, &scope, false).await?;
        }
        let (target, was) = (site.0.to_string(), value(Some(&before)));
        let (action, became) = ("certificate.remove", Value::Null);
        self.record(&mut change, by, Done { org, action, site: Some(site), target: &target, was, became })
            .await?;
        change.commit().await?;
        self.tell_sites(site);
        Ok(())
    }

    /// Has an authority issue a site's certificates from now on; what it has serves until the first is there.
    ///
    /// # Errors
    /// When there is no such site, or the store fails.
    pub async fn issue_certificates(&self, by: &By, (org, site): (OrgId, SiteId)) -> Result<Issuing> {
        let mut change = self.admin.begin_of(org).await?;
        let scope = Self::scope(&mut change, org, site).await?;
        if change.issue(&scope, &by.actor, self.now_ms()).await? {
            self.record_issuing(&mut change, by, &scope, true).await?;
        }
        let issuing = change.issuing(&scope).await?.ok_or(Error::Busy)?;
        change.commit().await?;
        Ok(issuing)
    }

    /// No longer; the certificate that it has serves on until it ends.
    ///
    /// # Errors
    /// When none are issued for it, there is no such site, or the store fails.
    pub async fn stop_issuing(&self, by: &By, (org, site): (OrgId, SiteId)) -> Result<()> {
        let mut change = self.admin.begin_of(org).await?;
        let scope = Self::scope(&mut change, org, site).await?;
        if !self.end_issuing(&mut change, by, &scope).await? {
            return Err(Error::Absent("wish for certificates to be issued"));
        }
        change.commit().await?;
        self.tell_sites(site);
        Ok(())
    }

    /// No more are issued; whether any were.
    async fn end_issuing(&self, change: &mut Change, by: &By, scope: &Scope) -> Result<bool> {
        let were = change.stop_issuing(scope).await?;
        if were {
            self.record_issuing(change, by, scope, false).await?;
        }
        Ok(were)
    }

    async fn record_issuing(&self, change: &mut Change, by: &By, scope: &Scope, became: bool) -> Result<()> {
        let (action, target) = ("certificate.automatic", scope.site().0.to_string());
        let (was, became) = (json!({"automatic": !became}), json!({"automatic": became}));
        let (org, site) = (scope.org(), Some(scope.site()));
        self.record(change, by, Done { org, action, site, target: &target, was, became }).await.map(drop)
    }
}

/// As the audit log has it.
fn value(certificate: Option<&SiteCertificate>) -> Value {
    let facts = certificate.and_then(|found| Facts::of(&found.chain).ok());
    facts.map_or(Value::Null, |facts| facts.value())
}

impl Facts {
    fn value(&self) -> Value {
        json!({"names": self.names, "issuer": self.issuer, "expires_ms": self.expires_ms, "sha256": self.sha256})
    }
}
