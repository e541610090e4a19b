//! What the API gives, as text for people.

use serde_json::Value;

use crate::print;

/// Prints one thing, a line a field.
pub fn one(value: &Value, json: bool) {
    if json {
        print::line(format_args!("{value:#}"));
    } else {
        fields(value, 0);
    }
}

fn fields(value: &Value, indent: usize) {
    for (name, field) in value.as_object().into_iter().flatten() {
        let pad = " ".repeat(indent);
        match field {
            Value::Object(_) => {
                print::line(format_args!("{pad}{name}"));
                fields(field, indent + 2);
            }
            Value::Array(items) if items.iter().any(Value::is_object) => {
                print::line(format_args!("{pad}{name}"));
                table(items, &columns(items), indent + 2);
            }
            _ => {
                let width = 28 - indent.min(20);
                print::line(format_args!("{pad}{name:<width$}  {}", cell(field)));
            }
        }
    }
}

/// Prints a list, a line an item, with these fields.
pub fn all(items: &[Value], fields: &[&str], json: bool) {
    if json {
        print::line(format_args!("{:#}", Value::Array(items.to_vec())));
    } else if items.is_empty() {
        print::line("nothing");
    } else {
        let fields: Vec<_> = fields.iter().map(|field| (*field).to_owned()).collect();
        table(items, &fields, 0);
    }
}

fn columns(items: &[Value]) -> Vec<String> {
    items.first().and_then(Value::as_object).map(|item| item.keys().cloned().collect()).unwrap_or_default()
}

fn table(items: &[Value], fields: &[String], indent: usize) {
    let rows: Vec<Vec<String>> =
        items.iter().map(|item| fields.iter().map(|field| cell(&item[field])).collect()).collect();
    let width = |column: usize| {
        let cells = rows.iter().map(|row| row[column].chars().count());
        cells.max().unwrap_or(0).max(fields[column].len())
    };
    let widths: Vec<_> = (0..fields.len()).map(width).collect();
    let line = |cells: &[String]| {
        let padded = cells.iter().zip(&widths).map(|(cell, width)| format!("{cell:<width$}"));
        let text = padded.collect::<Vec<_>>().join("  ");
        print::line(format_args!("{}{}", " ".repeat(indent), text.trim_end()));
    };
    line(fields);
    rows.iter().for_each(|row| line(row));
}

/// A value in a line. What members wrote may hold anything: nothing of it reaches the terminal as a command.
fn cell(value: &Value) -> String {
    let text = match value {
        Value::Null => "-".to_owned(),
        Value::String(text) => text.clone(),
        Value::Array(items) if items.iter().all(|item| !item.is_object()) => {
            items.iter().map(cell).collect::<Vec<_>>().join(", ")
        }
        other => other.to_string(),
    };
    text.chars().map(|letter| if letter.is_control() { '\u{fffd}' } else { letter }).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn control_characters_do_not_reach_the_terminal() {
        assert_eq!(cell(&json!("a\u{1b}[31mb\nc")), "a\u{fffd}[31mb\u{fffd}c");
        assert_eq!(cell(&json!(["a", "b"])), "a, b");
        assert_eq!(cell(&Value::Null), "-");
    }
}
