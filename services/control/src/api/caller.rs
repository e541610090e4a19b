//! Who asks, and what they may do.

use axum::{
    extract::FromRequestParts,
    http::{StatusCode, request::Parts},
};
use tmtp_store::{SiteId, admin::OrgId};

use super::{limiter::Who, problem::Problem};
use crate::{By, Need, Role, door::SignedIn};

/// Who asks. There is none but for a request with a good key or session.
#[derive(Debug, Clone)]
pub(crate) struct Caller {
    pub org: OrgId,
    pub role: Role,
    pub name: String,
    /// The one site that its key is for.
    pub only_site: Option<SiteId>,
    pub by: By,
    /// Somebody who signed in; none for a key.
    pub person: Option<SignedIn>,
}

impl Caller {
    /// With whom it shares places for requests: with all of its organization, or the provider's own with nobody.
    pub fn shares_with(&self) -> Who {
        if self.org == OrgId::PROVIDER { Who::Caller(self.by.caller) } else { Who::Org(self.org) }
    }

    /// The organization that a path names, where the caller may do there what needs this. Another's does not exist.
    pub fn at(&self, org: i64, need: Need) -> Result<OrgId, Problem> {
        let org = OrgId(org);
        if org == OrgId::PROVIDER || (self.org != OrgId::PROVIDER && self.org != org) {
            return Err(Problem::absent("organization"));
        }
        self.must(need)?;
        Ok(org)
    }

    /// A key for one site reaches what is under the site's path, and what it may know of itself.
    pub fn reaches(&self, path: &str) -> Result<(), Problem> {
        let Some(site) = self.only_site else { return Ok(()) };
        let own = format!("/api/v1/orgs/{}/sites/{}", self.org.0, site.0);
        let is_within = path.strip_prefix(&own).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'));
        if is_within || path == "/api/v1/me" {
            return Ok(());
        }
        let detail = format!("this key is for the site {} alone: what it reaches begins with {own}", site.0);
        Err(no_key_may(detail))
    }

    /// The provider's own things, where the caller is the provider's.
    pub fn at_provider(&self, need: Need) -> Result<OrgId, Problem> {
        if self.org != OrgId::PROVIDER {
            return Err(Problem::forbidden(self.role.name(), "it is for the provider's own people and keys"));
        }
        self.must(need)?;
        Ok(OrgId::PROVIDER)
    }

    /// Somebody who signed in: what is theirs, no key has.
    pub fn person(&self) -> Result<&SignedIn, Problem> {
        let detail = "this is for people who signed in: a key has no sessions, password or second factor";
        self.person.as_ref().ok_or_else(|| no_key_may(detail))
    }

    fn must(&self, need: Need) -> Result<(), Problem> {
        if self.role.may(need) {
            return Ok(());
        }
        let roles = [Role::Owner, Role::Admin, Role::Support, Role::Auditor, Role::Operator];
        let able: Vec<_> = roles.into_iter().filter(|role| role.may(need)).map(Role::name).collect();
        let detail = format!("ask somebody whose role is one of: {}", able.join(", "));
        Err(Problem::forbidden(self.role.name(), &detail))
    }
}

/// Whatever the role of the key.
fn no_key_may(detail: impl Into<String>) -> Problem {
    Problem::new(StatusCode::FORBIDDEN, "forbidden", "You may not do that", detail)
}

impl<S: Send + Sync> FromRequestParts<S> for Caller {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        parts.extensions.get::<Self>().cloned().ok_or_else(Problem::unauthorized)
    }
}
