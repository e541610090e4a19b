//! What a schema of the API's description allows, in words for the page that people read.

use serde_json::Value;

/// What stands behind a reference.
pub(super) fn resolved<'d>(document: &'d Value, schema: &'d Value) -> &'d Value {
    match schema["$ref"].as_str() {
        Some(name) => &document["components"]["schemas"][last(name)],
        None => schema,
    }
}

fn last(reference: &str) -> &str {
    reference.rsplit('/').next().unwrap_or_default()
}

/// Its type, the bounds of it, and whether it can be left out.
pub(super) fn kind(schema: &Value, is_needed: bool) -> String {
    let mut words = vec![name(schema)];
    words.extend(bounds(schema));
    if let Some(default) = schema.get("default") {
        words.push(format!("{default} where it is left out"));
    } else if !is_needed {
        words.push("optional".to_owned());
    }
    words.retain(|word| !word.is_empty());
    words.join(", ")
}

fn name(schema: &Value) -> String {
    if schema["$ref"].is_string() {
        // Its fields follow in rows of their own.
        return "object".to_owned();
    }
    if let Some(values) = schema["enum"].as_array() {
        return values.iter().map(shown).collect::<Vec<_>>().join(" or ");
    }
    for several in ["oneOf", "anyOf"] {
        if let Some(kinds) = schema[several].as_array() {
            return kinds.iter().map(name).collect::<Vec<_>>().join(" or ");
        }
    }
    match &schema["type"] {
        Value::Array(types) => types.iter().map(|one| of_type(one, schema)).collect::<Vec<_>>().join(" or "),
        one => of_type(one, schema),
    }
}

fn of_type(word: &Value, schema: &Value) -> String {
    match (word.as_str().unwrap_or_default(), schema["format"].as_str().unwrap_or_default()) {
        ("array", _) => format!("list of {}", name(&schema["items"])),
        ("string", "date-time") => "time (RFC 3339)".to_owned(),
        ("string", "date") => "day (2027-01-31)".to_owned(),
        ("string", "binary") => "file".to_owned(),
        ("string", _) => "text".to_owned(),
        ("integer", _) => "whole number".to_owned(),
        ("boolean", _) => "true or false".to_owned(),
        (word, _) => word.to_owned(),
    }
}

fn bounds(schema: &Value) -> Vec<String> {
    let mut words = Vec::new();
    let pairs = [
        ("minimum", "maximum", ""),
        ("minLength", "maxLength", " letters"),
        ("minItems", "maxItems", " items"),
    ];
    for (least, most, unit) in pairs {
        match (schema[least].as_f64(), schema[most].as_f64()) {
            (Some(least), Some(most)) => words.push(format!("{least} to {most}{unit}")),
            (Some(least), None) if least != 0.0 => words.push(format!("{least} or more{unit}")),
            (None, Some(most)) => words.push(format!("at most {most}{unit}")),
            _ => {}
        }
    }
    words.extend(schema["pattern"].as_str().map(like));
    words
}

/// A pattern; one that only lists words, as these.
fn like(pattern: &str) -> String {
    let listed = pattern.strip_prefix("^(").and_then(|rest| rest.strip_suffix(")$"));
    let is_plain =
        |words: &&str| words.bytes().all(|octet| octet.is_ascii_alphanumeric() || b"_-|".contains(&octet));
    match listed.filter(is_plain) {
        Some(words) => {
            let words = words.split('|').map(|word| if word.is_empty() { "empty" } else { word });
            words.collect::<Vec<_>>().join(" or ")
        }
        None => format!("like {pattern}"),
    }
}

fn shown(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), ToOwned::to_owned)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_schema_is_told_in_words() {
        for (schema, is_needed, told) in [
            (json!({"type": "string", "maxLength": 200}), true, "text, at most 200 letters"),
            (
                json!({"type": ["string", "null"], "format": "date-time"}),
                false,
                "time (RFC 3339) or null, optional",
            ),
            (
                json!({"type": "integer", "minimum": 1, "maximum": 200, "default": 50}),
                false,
                "whole number, 1 to 200, 50 where it is left out",
            ),
            (json!({"type": "array", "items": {"type": "string"}}), true, "list of text"),
            (
                json!({"oneOf": [{"type": "null"}, {"$ref": "#/components/schemas/Limits"}]}),
                true,
                "null or object",
            ),
            (json!({"type": "string", "enum": ["json", "csv"]}), true, "json or csv"),
            (json!({"type": "string", "pattern": "^(owner|admin|)$"}), true, "text, owner or admin or empty"),
            (json!({"type": "string", "pattern": "^[a-z]+$"}), true, "text, like ^[a-z]+$"),
        ] {
            assert_eq!(kind(&schema, is_needed), told);
        }
    }
}
