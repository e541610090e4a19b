//! Which headers responses have, as the description says it: worked out here for all operations, from what they are like.

use utoipa::openapi::{
    Components, Header, Object, RefOr, Response, Schema,
    path::{Operation, ParameterIn},
    schema::Type,
};

/// Every response that came to a limiter has these.
const EVERYWHERE: [(&str, &str); 2] = [
    ("RateLimit-Policy", "How many requests are allowed: `\"minute\";q=600;w=60` is 600 in 60 seconds"),
    ("RateLimit", "How many are left, and the seconds until there are more: `\"minute\";r=599;t=1`"),
];
const CREATED: [(&str, &str); 2] = [
    ("Location", "The path of what was made"),
    ("Idempotency-Replayed", "`true` where the same Idempotency-Key had made it before; else there is none"),
];
/// Operations beside those that sign somebody in that give browsers something to keep.
const GIVE_COOKIES: [&str; 3] = ["signOut", "offerMyPasskey", "addMyPasskey"];

/// Adds to each response of an operation the headers that it can have.
pub(super) fn add_headers(operation: &mut Operation, components: &Components) {
    let is_once = has_once(operation);
    let gives_cookies = gives_cookies(operation);
    for (status, response) in &mut operation.responses.responses {
        let RefOr::T(response) = response else { continue };
        EVERYWHERE.iter().for_each(|header| add(response, *header));
        match status.as_str() {
            "4XX" => {
                add(response, ("Retry-After", "With 429: after so many seconds it may be tried again"));
                add(response, ("WWW-Authenticate", "With 401: `Bearer`"));
                continue;
            }
            "5XX" => {
                add(response, ("Retry-After", "With 503: after so many seconds it may be tried again"));
                continue;
            }
            "201" if is_once => CREATED.iter().for_each(|header| add(response, *header)),
            _ => {}
        }
        if gives_cookies {
            add(response, ("Set-Cookie", "For browsers: what to keep, or to forget"));
        }
        if response.content.contains_key("text/csv") || response.content.contains_key("application/zip") {
            add(response, ("Content-Disposition", "What the file is to be called"));
        }
        if has_version(response, components) {
            add(response, ("ETag", "Its version, to be sent as `If-Match` with a change"));
        }
    }
}

fn add(response: &mut Response, (name, description): (&str, &str)) {
    let mut header = Header::new(Object::with_type(Type::String));
    header.description = Some(description.to_owned());
    response.headers.insert(name.to_owned(), RefOr::T(header));
}

fn has_once(operation: &Operation) -> bool {
    operation.parameters.iter().flatten().any(|parameter| {
        matches!(parameter, RefOr::T(it) if it.name == "Idempotency-Key" && matches!(it.parameter_in, ParameterIn::Header))
    })
}

fn gives_cookies(operation: &Operation) -> bool {
    let is_door = operation.tags.iter().flatten().any(|tag| tag == "sign-in");
    is_door || operation.operation_id.as_deref().is_some_and(|id| GIVE_COOKIES.contains(&id))
}

/// Whether what it answers with has a version of its own: that is its ETag (`headers::tagged`).
fn has_version(response: &Response, components: &Components) -> bool {
    response.content.values().any(|content| {
        let RefOr::T(content) = content else { return false };
        let Some(RefOr::Ref(schema)) = &content.schema else { return false };
        let name = schema.ref_location.rsplit('/').next().unwrap_or_default();
        matches!(components.schemas.get(name), Some(RefOr::T(Schema::Object(it))) if it.properties.contains_key("version"))
    })
}
