//! Errors as RFC 9457 has them, in words that say what to do.

use axum::{
    http::{HeaderName, HeaderValue, Method, StatusCode, header},
    response::{IntoResponse, Response},
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{Error, door::Refusal};

/// What went wrong, and what to do (RFC 9457).
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct Problem {
    /// Names the kind of problem, for programs: `urn:tmtp:problem:stale`.
    #[serde(rename = "type")]
    pub kind: String,
    /// The same in a few words.
    pub title: String,
    /// The HTTP status.
    pub status: u16,
    /// This very problem, and what to do about it.
    pub detail: String,
    #[serde(skip)]
    #[schema(ignore)]
    header: Option<(&'static str, String)>,
}

impl Problem {
    pub fn new(status: StatusCode, kind: &str, title: &str, detail: impl Into<String>) -> Self {
        Self {
            kind: format!("urn:tmtp:problem:{kind}"),
            title: title.to_owned(),
            status: status.as_u16(),
            detail: detail.into(),
            header: None,
        }
    }

    /// The same with a header beside it.
    pub fn with(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.header = Some((name, value.into()));
        self
    }

    /// A request that makes no sense.
    pub fn bad(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, "bad-request", "The request makes no sense", detail)
    }

    /// A request that asks for what cannot be.
    pub fn invalid(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::UNPROCESSABLE_ENTITY, "invalid", "A value cannot be so", detail)
    }

    /// Not there, or not for this caller to know.
    pub fn absent(what: &str) -> Self {
        let detail = format!(
            "there is no such {what}, or it is not yours to see; the list above it shows what there is"
        );
        Self::new(StatusCode::NOT_FOUND, "absent", "There is no such thing", detail)
    }

    pub fn forbidden(role: &str, detail: &str) -> Self {
        let detail = format!("the role `{role}` may not do this: {detail}");
        Self::new(StatusCode::FORBIDDEN, "forbidden", "You may not do that", detail)
    }

    pub fn unauthorized() -> Self {
        let detail = "sign in, or send `Authorization: Bearer tmtp_...` with an API key that has not ended and was not revoked";
        Self::new(StatusCode::UNAUTHORIZED, "unauthorized", "Who are you?", detail)
            .with("www-authenticate", "Bearer")
    }

    pub fn busy(detail: &str) -> Self {
        Self::new(StatusCode::SERVICE_UNAVAILABLE, "busy", "Not at present", detail).with("retry-after", "1")
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let status = StatusCode::from_u16(self.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let text = serde_json::to_string(&self).unwrap_or_default();
        let kind = [(header::CONTENT_TYPE, "application/problem+json")];
        let mut response = (status, kind, text).into_response();
        if let Some((name, value)) = self.header
            && let Ok(value) = HeaderValue::from_str(&value)
        {
            response.headers_mut().insert(HeaderName::from_static(name), value);
        }
        response
    }
}

impl From<Error> for Problem {
    fn from(error: Error) -> Self {
        let said = error.to_string();
        let new = |status, kind, title| Self::new(status, kind, title, said.as_str());
        match &error {
            Error::NoSite(_) => Self::absent("site"),
            Error::Absent(what) => Self::absent(what),
            Error::Name
            | Error::NoHost
            | Error::Host(_)
            | Error::Email(_)
            | Error::Alias(_)
            | Error::Certificate(_)
            | Error::Provider(_)
            | Error::Setting(_)
            | Error::Role(_)
            | Error::Time(_) => Self::invalid(said),
            Error::Taken(_) => new(StatusCode::CONFLICT, "taken", "A host name is taken"),
            Error::AliasTaken(_) => new(StatusCode::CONFLICT, "alias-taken", "An alias is taken"),
            Error::Invited(_) => new(StatusCode::CONFLICT, "invited", "Somebody was invited before"),
            Error::Plan(_) => new(StatusCode::CONFLICT, "plan", "The plan does not allow it"),
            Error::Letters { seconds, .. } => {
                new(StatusCode::TOO_MANY_REQUESTS, "letters", "Enough letters for today")
                    .with("retry-after", seconds.to_string())
            }
            Error::State(_) => new(StatusCode::CONFLICT, "state", "Not as it stands"),
            Error::Stale { .. } => new(StatusCode::PRECONDITION_FAILED, "stale", "It was changed meanwhile"),
            Error::Reused => {
                new(StatusCode::UNPROCESSABLE_ENTITY, "key-reused", "An Idempotency-Key was reused")
            }
            Error::Busy => new(StatusCode::CONFLICT, "under-way", "The same request is under way"),
            Error::Refused(refusal) => of_refusal(refusal),
            Error::Store(store) => of_store(store),
        }
    }
}

impl From<tmtp_store::Error> for Problem {
    fn from(error: tmtp_store::Error) -> Self {
        Error::from(error).into()
    }
}

/// Who was not let in may be told why.
fn of_refusal(refusal: &Refusal) -> Problem {
    let new = |status, kind, title| Problem::new(status, kind, title, refusal.to_string());
    match refusal {
        Refusal::Credentials => new(StatusCode::UNAUTHORIZED, "wrong-credentials", "That is not right"),
        Refusal::CodeNeeded => new(StatusCode::UNAUTHORIZED, "code-needed", "A code is needed"),
        Refusal::OnlyWay { .. } => new(StatusCode::FORBIDDEN, "other-way-in", "Another way in"),
        Refusal::Passkey => new(StatusCode::FORBIDDEN, "wrong-passkey", "That is not the passkey"),
        Refusal::NoPasskey => new(StatusCode::UNPROCESSABLE_ENTITY, "no-passkey", "That is no passkey"),
        Refusal::PasskeyLate => new(StatusCode::FORBIDDEN, "passkey-late", "That took too long"),
        Refusal::Stopped(_) => new(StatusCode::FORBIDDEN, "sign-in-stopped", "The sign-in was not completed"),
        Refusal::TooSoon { seconds } => new(StatusCode::TOO_MANY_REQUESTS, "too-soon", "Too many tries")
            .with("retry-after", seconds.to_string()),
        Refusal::Link => new(StatusCode::GONE, "link-ended", "This link leads nowhere any more"),
        Refusal::Crowded => Problem::busy(&refusal.to_string()),
        Refusal::Value(_) => Problem::invalid(refusal.to_string()),
        Refusal::Taken => new(StatusCode::CONFLICT, "taken", "The address is taken"),
        Refusal::HeldElsewhere { .. } => {
            new(StatusCode::CONFLICT, "held-elsewhere", "The address has a password elsewhere")
        }
        Refusal::Yourself => new(StatusCode::CONFLICT, "yourself", "Not to yourself"),
        Refusal::State(_) => new(StatusCode::CONFLICT, "state", "Not as it stands"),
    }
}

/// What the database said is for the log, not for strangers.
fn of_store(error: &tmtp_store::Error) -> Problem {
    if let tmtp_store::Error::Unavailable(_) = error {
        tracing::info!(%error, "a request found the store away");
        return Problem::busy("the database cannot be reached at the moment; try again in a second");
    }
    if let tmtp_store::Error::Away = error {
        return Problem::busy("the site moves to another database; try again in some seconds");
    }
    tracing::error!(%error, "a request failed");
    let detail = "the service has a defect or its database does; its operator finds it in the log";
    Problem::new(StatusCode::INTERNAL_SERVER_ERROR, "defect", "Something is wrong on our side", detail)
}

/// No such path.
pub(super) async fn no_route() -> Problem {
    let detail = "there is nothing at this path; /api/v1/docs shows what there is";
    Problem::new(StatusCode::NOT_FOUND, "no-route", "There is no such path", detail)
}

/// No such method here.
pub(super) async fn no_method(method: Method) -> Problem {
    let detail = format!("{method} does nothing here; the header Allow and /api/v1/docs show what does");
    Problem::new(StatusCode::METHOD_NOT_ALLOWED, "no-method", "This method does nothing here", detail)
}
