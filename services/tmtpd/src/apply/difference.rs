//! What is to change, in lines for people.

use serde_json::{Map, Value};

/// A line for each value: what it is, and what it is to be. `place` stands before the names.
pub fn lines(place: &str, wanted: &Map<String, Value>, there: &Value) -> String {
    let mut text = String::new();
    for (key, value) in wanted {
        let dot = if place.is_empty() { "" } else { "." };
        let before = match &there[key] {
            Value::Null => String::new(),
            before => format!("{} -> ", shown(before)),
        };
        text.push_str(&format!("\n    {place}{dot}{key}: {before}{}", shown(value)));
    }
    text
}

fn shown(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        // As in the file: an empty place would look like a mistake.
        Value::Array(items) if items.is_empty() => "[]".to_owned(),
        Value::Array(items) => items.iter().map(shown).collect::<Vec<_>>().join(", "),
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_change_is_shown_with_what_was_before() {
        let wanted = json!({"hosts": ["a", "b"], "max": 2, "none": []});
        let there = json!({"hosts": ["a"], "none": ["c"]});
        let text = lines("x", wanted.as_object().unwrap(), &there);
        assert_eq!(text, "\n    x.hosts: a -> a, b\n    x.max: 2\n    x.none: c -> []");
    }
}
