//! Who asks, and what they may do.

use axum::{Json, extract::FromRequestParts, http::request::Parts};
use serde::Serialize;
use tmtp_store::admin::OrgId;
use utoipa::ToSchema;

use super::problem::Problem;
use crate::{By, Need, Role};

/// Who asks. There is none but for a request with a good key.
#[derive(Debug, Clone)]
pub(crate) struct Caller {
    pub org: OrgId,
    pub role: Role,
    pub name: String,
    pub by: By,
}

impl Caller {
    /// The organization that a path names, where the caller may do there what needs this. Another's does not exist.
    pub fn at(&self, org: i64, need: Need) -> Result<OrgId, Problem> {
        let org = OrgId(org);
        if org == OrgId::PROVIDER || (self.org != OrgId::PROVIDER && self.org != org) {
            return Err(Problem::absent("organization"));
        }
        self.must(need)?;
        Ok(org)
    }

    /// The provider's own things, where the caller is the provider's.
    pub fn at_provider(&self, need: Need) -> Result<OrgId, Problem> {
        if self.org != OrgId::PROVIDER {
            return Err(Problem::forbidden(self.role.name(), "it is for the provider's own keys"));
        }
        self.must(need)?;
        Ok(OrgId::PROVIDER)
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

impl<S: Send + Sync> FromRequestParts<S> for Caller {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        parts.extensions.get::<Self>().cloned().ok_or_else(Problem::unauthorized)
    }
}

/// Who you are.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Me {
    /// What the key is called.
    pub name: String,
    /// What it may do.
    pub role: String,
    /// The organization that it acts for; none for the provider's.
    pub org: Option<i64>,
}

/// Who you are.
#[utoipa::path(get, path = "/api/v1/me", tag = "me", operation_id = "me",
    responses((status = 200, body = Me)))]
pub(super) async fn me(caller: Caller) -> Json<Me> {
    let org = Some(caller.org.0).filter(|_| caller.org != OrgId::PROVIDER);
    Json(Me { name: caller.name, role: caller.role.name().to_owned(), org })
}
