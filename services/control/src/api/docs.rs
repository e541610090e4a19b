//! The API's description: for programs, and as a page that needs nothing from anywhere else.

use std::fmt::Write;

use axum::{
    Extension,
    http::header,
    response::{IntoResponse, Response},
};
use bytes::Bytes;
use serde_json::Value;

use super::kinds::{kind, resolved};
use crate::markup::escaped;

/// What browsers may do with the page: show it.
const POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'; base-uri 'none'";

const STYLE: &str = "
:root { color-scheme: light dark }
body { font: 16px/1.5 system-ui, sans-serif; max-width: 60rem; margin: 2rem auto; padding: 0 1rem }
h2 { margin-top: 2.5rem; border-bottom: 1px solid #8886 }
code { font: .95em ui-monospace, monospace } details { margin: .4rem 0 } summary { cursor: pointer }
table { border-collapse: collapse; margin: .5rem 0 1rem 1rem } td, th { text-align: left; padding: .15rem .8rem .15rem 0; vertical-align: top }
.m { display: inline-block; min-width: 4.5rem; font-weight: 600 }";

/// The document, made once.
#[derive(Clone)]
pub(super) struct Document {
    json: Bytes,
    page: Bytes,
}

impl Document {
    pub fn new(document: &utoipa::openapi::OpenApi) -> Self {
        let json = document.to_json().unwrap_or_default();
        let value: Value = serde_json::from_str(&json).unwrap_or_default();
        Self { page: page_of(&value).into(), json: json.into() }
    }
}

/// The document.
pub(super) async fn openapi(Extension(document): Extension<Document>) -> Response {
    ([(header::CONTENT_TYPE, "application/json")], document.json).into_response()
}

/// The page.
pub(super) async fn page(Extension(document): Extension<Document>) -> Response {
    let headers =
        [(header::CONTENT_TYPE, "text/html; charset=utf-8"), (header::CONTENT_SECURITY_POLICY, POLICY)];
    (headers, document.page).into_response()
}

fn page_of(document: &Value) -> String {
    let info = &document["info"];
    let mut page = format!(
        "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\"><title>{title} API</title>\
         <meta name=\"viewport\" content=\"width=device-width\"><style>{STYLE}</style></head><body>\
         <h1>{title} API</h1>",
        title = text(&info["title"])
    );
    for part in info["description"].as_str().unwrap_or_default().split("\n\n") {
        _ = write!(page, "<p>{}</p>", escaped(part));
    }
    page.push_str("<p>For programs: <a href=\"openapi.json\">openapi.json</a></p>");
    for tag in document["tags"].as_array().into_iter().flatten() {
        _ = write!(page, "<h2>{}</h2>", text(&tag["description"]));
        operations(&mut page, document, &tag["name"]);
    }
    page.push_str("</body></html>");
    page
}

fn operations(page: &mut String, document: &Value, tag: &Value) {
    for (path, item) in document["paths"].as_object().into_iter().flatten() {
        for (method, operation) in item.as_object().into_iter().flatten() {
            if operation["tags"].as_array().is_some_and(|tags| tags.contains(tag)) {
                _ = write!(
                    page,
                    "<details><summary><span class=\"m\">{}</span> <code>{}</code> {}</summary><table>\
                     <tr><th>where</th><th>name</th><th>type</th><th>what it is</th></tr>",
                    method.to_uppercase(),
                    escaped(path),
                    text(&operation["summary"])
                );
                parameters(page, operation);
                fields(
                    page,
                    document,
                    "body",
                    &operation["requestBody"]["content"]["application/json"]["schema"],
                );
                answers(page, document, operation);
                page.push_str("</table></details>");
            }
        }
    }
}

fn parameters(page: &mut String, operation: &Value) {
    for parameter in operation["parameters"].as_array().into_iter().flatten() {
        let place = text(&parameter["in"]);
        let is_needed = parameter["required"] == true;
        row(page, &place, &parameter["name"], (&parameter["schema"], is_needed), &parameter["description"]);
    }
}

fn answers(page: &mut String, document: &Value, operation: &Value) {
    for (status, response) in operation["responses"].as_object().into_iter().flatten() {
        if status.starts_with('2') {
            fields(page, document, status, &response["content"]["application/json"]["schema"]);
            headers(page, status, &response["headers"]);
        }
    }
}

/// Those that not every response has.
fn headers(page: &mut String, status: &str, headers: &Value) {
    for (name, header) in
        headers.as_object().into_iter().flatten().filter(|(name, _)| !name.starts_with("RateLimit"))
    {
        let place = format!("{status} header");
        row(page, &place, &Value::from(name.as_str()), (&header["schema"], true), &header["description"]);
    }
}

/// The fields of a schema, those of parts and of list items among them.
fn fields(page: &mut String, document: &Value, place: &str, schema: &Value) {
    let schema = resolved(document, schema);
    for part in schema["allOf"].as_array().into_iter().flatten() {
        fields(page, document, place, part);
    }
    for (name, field) in schema["properties"].as_object().into_iter().flatten() {
        let is_needed =
            schema["required"].as_array().is_some_and(|needed| needed.iter().any(|one| one == name));
        let described = if field["description"].is_string() { field } else { resolved(document, field) };
        row(page, place, &Value::from(name.as_str()), (field, is_needed), &described["description"]);
        let parts = if field["items"].is_object() { &field["items"] } else { field };
        fields(page, document, &format!("{place} {name}"), parts);
    }
}

fn row(
    page: &mut String,
    place: &str,
    name: &Value,
    (schema, is_needed): (&Value, bool),
    description: &Value,
) {
    let (place, name, description) = (escaped(place), text(name), text(description));
    let kind = escaped(&kind(schema, is_needed));
    _ = write!(
        page,
        "<tr><td>{place}</td><td><code>{name}</code></td><td>{kind}</td><td>{description}</td></tr>"
    );
}

fn text(value: &Value) -> String {
    escaped(value.as_str().unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_page_tells_types_and_headers() {
        let document = Document::new(&super::super::described());
        let page = String::from_utf8(document.page.to_vec()).unwrap();
        for part in [
            "<td>query</td><td><code>limit</code></td><td>whole number, 1 to 200, 50 where it is left out</td>",
            "<td>path</td><td><code>org</code></td><td>whole number</td>",
            "<td>body</td><td><code>hosts</code></td><td>list of text",
            "<td>200 header</td><td><code>ETag</code></td><td>text</td>",
            "<td>201 header</td><td><code>Location</code></td><td>text</td>",
        ] {
            assert!(page.contains(part), "{part}");
        }
    }
}
