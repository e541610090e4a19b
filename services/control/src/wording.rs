//! What a value must be like, for people: serde says it in the words of Rust (`invalid type: string "9", expected u32`).

use std::fmt::Display;

use serde::de::{DeserializeOwned, IntoDeserializer};
use serde_json::{Value, error::Category};

/// Why a body is none.
#[derive(Debug)]
pub(crate) enum Fault {
    /// It is no JSON.
    Json(String),
    /// A value in it cannot be so; which one, and what it must be like.
    Value(String),
}

/// Reads JSON.
pub(crate) fn from_json<T: DeserializeOwned>(octets: &[u8]) -> Result<T, Fault> {
    let mut json = serde_json::Deserializer::from_slice(octets);
    let read = serde_path_to_error::deserialize(&mut json).map_err(|error| {
        let (path, error) = (error.path().to_string(), error.into_inner());
        match error.classify() {
            Category::Data => Fault::Value(placed(&path, &error)),
            _ => Fault::Json(error.to_string()),
        }
    })?;
    json.end().map(|()| read).map_err(|error| Fault::Json(error.to_string()))
}

/// Reads a value that is JSON already.
pub(crate) fn from_value<T: DeserializeOwned>(value: Value) -> Result<T, String> {
    serde_path_to_error::deserialize(value.into_deserializer())
        .map_err(|error| placed(&error.path().to_string(), error.inner()))
}

/// Where, and what is wrong there.
fn placed(path: &str, error: &impl Display) -> String {
    let said = reworded(&error.to_string());
    if path.is_empty() || path == "." || said.contains(&format!("`{path}`")) {
        said
    } else {
        format!("{path}: {said}")
    }
}

/// What is wrong with a path or a query, of what axum says about it.
pub(crate) fn of_rejection(said: &str) -> String {
    let said = ["Failed to deserialize query string: ", "Invalid URL: "]
        .iter()
        .find_map(|begin| said.strip_prefix(begin))
        .unwrap_or(said);
    if let Some((what, kind)) = said.strip_prefix("Cannot parse ").and_then(|rest| rest.rsplit_once(" to a "))
    {
        let value = what.rsplit_once(" with value ").map_or(what, |(_, value)| value);
        return format!("{value} in the path must be {}", wanted_kind(kind.trim_matches('`')));
    }
    match said.split_once(": ") {
        Some((name, fault)) if !name.contains(' ') => format!("{name}: {}", reworded(fault)),
        _ => reworded(said),
    }
}

/// The same in other words, where it is one of those that serde says.
fn reworded(said: &str) -> String {
    let said = said.rsplit_once(" at line ").map_or(said, |(said, _)| said);
    if let Some((got, wanted)) = after(said, "invalid type: ").or_else(|| after(said, "invalid value: ")) {
        return format!("must be {}, not {}", wanted_kind(wanted), got_kind(got));
    }
    // A list where there are to be fields.
    if let Some((_, wanted)) = after(said, "invalid length ") {
        return format!("must be {}", wanted_kind(wanted));
    }
    if let Some((name, known)) = after(said, "unknown field ") {
        return format!("there is no {name}; there are: {}", listed(known));
    }
    if let Some((name, known)) = after(said, "unknown variant ") {
        return format!("must be {}, not {name}", listed(known));
    }
    if let Some(name) =
        said.strip_prefix("unknown field ").and_then(|rest| rest.strip_suffix(", there are no fields"))
    {
        return format!("there is no {name}, and nothing else is taken");
    }
    if let Some(name) = said.strip_prefix("missing field ") {
        return format!("{name} is missing");
    }
    if let Some(name) = said.strip_prefix("duplicate field ") {
        return format!("{name} is there twice");
    }
    match said {
        "invalid digit found in string" | "cannot parse integer from empty string" => {
            "must be a whole number".to_owned()
        }
        "number too large to fit in target type" => "the number is too large".to_owned(),
        "number too small to fit in target type" => "the number is too small".to_owned(),
        "provided string was not `true` or `false`" => "must be true or false".to_owned(),
        said => said.to_owned(),
    }
}

fn after<'s>(said: &'s str, begin: &str) -> Option<(&'s str, &'s str)> {
    said.strip_prefix(begin)?.rsplit_once(", expected ")
}

fn listed(known: &str) -> String {
    known.strip_prefix("one of ").unwrap_or(known).to_owned()
}

fn wanted_kind(wanted: &str) -> String {
    let up_to = |most: u64| format!("a whole number from 0 to {most}");
    match wanted {
        "u8" => up_to(u8::MAX.into()),
        "u16" => up_to(u16::MAX.into()),
        "u32" => up_to(u32::MAX.into()),
        "u64" | "usize" => up_to(u64::MAX),
        "i8" | "i16" | "i32" | "i64" => "a whole number".to_owned(),
        "f32" | "f64" => "a number".to_owned(),
        "a boolean" => "true or false".to_owned(),
        "a string" | "string or map" | "str" => "a text".to_owned(),
        "a sequence" => "a list".to_owned(),
        "a map" => "an object".to_owned(),
        other if other.starts_with("struct ") => "an object".to_owned(),
        other if other.starts_with("enum ") => "one of its words".to_owned(),
        other => other.to_owned(),
    }
}

fn got_kind(got: &str) -> String {
    for (kind, word) in
        [("string ", "the text "), ("integer ", ""), ("floating point ", ""), ("boolean ", "")]
    {
        if let Some(value) = got.strip_prefix(kind) {
            return format!("{word}{}", value.trim_matches('`'));
        }
    }
    match got {
        "sequence" => "a list",
        "map" => "an object",
        "null" | "unit value" | "Option value" => "null",
        other => other,
    }
    .to_owned()
}

#[cfg(test)]
mod tests {
    use serde::Deserialize;

    use super::*;

    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Outer {
        #[expect(dead_code, reason = "read only")]
        inner: Inner,
    }

    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    #[expect(dead_code, reason = "read only")]
    struct Inner {
        number: u32,
        flag: Option<bool>,
        words: Option<Vec<String>>,
        policy: Option<tmtp_store::Registration>,
    }

    fn told(json: &str) -> String {
        match from_json::<Outer>(json.as_bytes()) {
            Err(Fault::Value(said) | Fault::Json(said)) => said,
            Ok(_) => String::new(),
        }
    }

    #[test]
    fn a_wrong_value_is_told_in_words_that_people_know() {
        for (json, said) in [
            (
                r#"{"inner": {"number": "9"}}"#,
                "inner.number: must be a whole number from 0 to 4294967295, not the text \"9\"",
            ),
            (
                r#"{"inner": {"number": -1}}"#,
                "inner.number: must be a whole number from 0 to 4294967295, not -1",
            ),
            (
                r#"{"inner": {"number": 1.5}}"#,
                "inner.number: must be a whole number from 0 to 4294967295, not 1.5",
            ),
            (r#"{"inner": {"number": 1, "flag": 3}}"#, "inner.flag: must be true or false, not 3"),
            (r#"{"inner": {"number": 1, "words": {}}}"#, "inner.words: must be a list, not an object"),
            (r#"{"inner": {"number": 1, "words": [null]}}"#, "inner.words[0]: must be a text, not null"),
            (r#"{"inner": []}"#, "inner: must be an object"),
            (r#"{"inner": 7}"#, "inner: must be an object, not 7"),
            (r#"{}"#, "`inner` is missing"),
            (
                r#"{"inner": {"number": 1, "colour": 1}}"#,
                "inner.colour: there is no `colour`; there are: `number`, `flag`, `words`, `policy`",
            ),
        ] {
            assert_eq!(told(json), said);
        }
        let said = told(r#"{"inner": {"number": 1, "policy": "perhaps"}}"#);
        assert!(
            said.starts_with("inner.policy: must be `closed`, `open`, ") && said.ends_with("not `perhaps`"),
            "{said}"
        );
        for json in [r#"{"inner""#, r#"{"inner": {"number": 1}} x"#] {
            assert!(matches!(from_json::<Outer>(json.as_bytes()), Err(Fault::Json(_))), "{json}");
        }
    }

    #[test]
    fn a_wrong_path_and_a_wrong_query_are_told_the_same_way() {
        for (said, told) in [
            (
                "Failed to deserialize query string: limit: invalid digit found in string",
                "limit: must be a whole number",
            ),
            (
                "Invalid URL: Cannot parse `org` with value `x` to a `i64`",
                "`x` in the path must be a whole number",
            ),
            ("Invalid URL: Cannot parse `x` to a `i64`", "`x` in the path must be a whole number"),
        ] {
            assert_eq!(of_rejection(said), told);
        }
    }

    #[test]
    fn nothing_that_is_told_has_the_names_of_rusts_types() {
        for json in [
            r#"{"inner": {"number": []}}"#,
            r#"{"inner": {"number": 99999999999}}"#,
            r#"{"inner": "x"}"#,
            "[]",
            "7",
            "null",
        ] {
            let said = told(json);
            assert!(
                !["u32", "struct", "Outer", "Inner", "line"].iter().any(|word| said.contains(word)),
                "{json}: {said}"
            );
        }
    }
}
