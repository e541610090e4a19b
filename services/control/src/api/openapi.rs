//! What the OpenAPI document says besides the resources.

use utoipa::{
    OpenApi,
    openapi::{
        Content, RefOr, Response,
        path::Operation,
        schema::Ref,
        security::{ApiKey, ApiKeyValue, Http, HttpAuthScheme, SecurityRequirement, SecurityScheme},
    },
};

use super::{cookie, described::add_headers, problem::Problem};

/// Problems that every operation may answer with.
const STATUSES: [(&str, &str); 2] =
    [("4XX", "The request cannot be carried out; the problem says what to do"), ("5XX", "Not our day")];

#[derive(OpenApi)]
#[openapi(
    info(
        title = "TMTP hosting",
        description = "Organizations, sites, members, devices, keys and audit logs.\n\n\
            Send `Authorization: Bearer tmtp_...`, or sign in: then a browser keeps a session as a cookie, which counts for \
            changes from the same origin only. Lists come in pages: pass `next` as `cursor` until there is none. \
            Creations take an `Idempotency-Key`, changes need `If-Match` with the ETag that you read. \
            Errors are RFC 9457 problems that say what to do.",
        license(name = "MPL-2.0", identifier = "MPL-2.0"),
    ),
    components(schemas(Problem)),
    tags(
        (name = "sign-in", description = "The ways in for people"),
        (name = "me", description = "Who you are"),
        (name = "organizations", description = "Organizations and what they may have"),
        (name = "sites", description = "Their sites"),
        (name = "members", description = "Who is in a site"),
        (name = "nodes", description = "Members' devices"),
        (name = "names", description = "Aliases and groups"),
        (name = "invitations", description = "Who may become a member"),
        (name = "providers", description = "Who else may say who registers"),
        (name = "users", description = "People who administer an organization"),
        (name = "keys", description = "API keys of an organization"),
        (name = "audit", description = "What was done, and by whom"),
        (name = "provider", description = "The provider's own people, keys and log"),
    )
)]
struct Base;

/// The document without the resources.
pub(super) fn base() -> utoipa::openapi::OpenApi {
    Base::openapi()
}

/// Adds what all operations have in common.
pub(super) fn complete(document: &mut utoipa::openapi::OpenApi) {
    let components = document.components.get_or_insert_default();
    let mut bearer = Http::new(HttpAuthScheme::Bearer);
    bearer.description = Some("An API key".to_owned());
    components.add_security_scheme("key", SecurityScheme::Http(bearer));
    let cookie = ApiKeyValue::with_description(cookie::NAME, "The session of somebody who signed in");
    components.add_security_scheme("session", SecurityScheme::ApiKey(ApiKey::Cookie(cookie)));
    let schemes = ["key", "session"].map(|name| SecurityRequirement::new(name, Vec::<String>::new()));
    document.security = Some(schemes.to_vec());
    let components = components.clone();
    for item in document.paths.paths.values_mut() {
        let operations = [&mut item.get, &mut item.post, &mut item.put, &mut item.patch, &mut item.delete];
        operations.into_iter().flatten().for_each(|operation| {
            describe(operation);
            if operation.tags.iter().flatten().any(|tag| tag == "sign-in") {
                operation.security = Some(Vec::new());
            }
            add_problems(operation);
            add_headers(operation, &components);
        });
    }
}

/// A response must have a description, though its status says it all.
fn describe(operation: &mut Operation) {
    for (status, response) in &mut operation.responses.responses {
        if let RefOr::T(response) = response {
            let description = match status.as_str() {
                "201" => "It was made",
                "202" => "It is seen to",
                "204" => "It was done",
                _ => "Here it is",
            };
            response.description = description.to_owned();
        }
    }
}

fn add_problems(operation: &mut Operation) {
    for (status, description) in STATUSES {
        let mut response = Response::new(description);
        let content = Content::new(Some(RefOr::Ref(Ref::from_schema_name("Problem"))));
        response.content.insert("application/problem+json".to_owned(), RefOr::T(content));
        operation.responses.responses.insert(status.to_owned(), RefOr::T(response));
    }
}
