//! What is to change: in lines for people, and as an object for programs.

use std::fmt::{Display, Formatter, Result};

use serde_json::{Map, Value, json};

/// A kind of thing: known by one of its hosts.
pub const SITE: &str = "site";
/// A kind of thing: known by its label.
pub const PROVIDER: &str = "provider";
/// A kind of thing: known by its name.
pub const ORG: &str = "organization";

/// What is done to something.
#[derive(Debug, Clone, Copy)]
pub enum Act {
    /// It is made.
    Create,
    /// It is there, and becomes another.
    Change,
    /// It is not in the file, and is suspended.
    Suspend,
    /// It is not in the file, and is removed.
    Remove,
}

/// One change.
#[derive(Debug)]
pub struct Step<'a> {
    /// What is done.
    pub act: Act,
    /// To what kind of thing.
    pub kind: &'static str,
    /// What it is known by.
    pub name: &'a str,
    /// As it is; nothing where it is made.
    pub there: &'a Value,
    /// What of it is to be.
    pub wanted: &'a Map<String, Value>,
}

impl Step<'_> {
    /// For programs. `dry` when it is only shown.
    pub fn object(&self, dry: bool) -> Value {
        let act = match self.act {
            Act::Create => "create",
            Act::Change => "change",
            Act::Suspend => "suspend",
            Act::Remove => "remove",
        };
        json!({"act": act, "kind": self.kind, "name": self.name, "id": self.there["id"],
            "was": part(self.there, self.wanted), "becomes": self.wanted, "dry_run": dry})
    }
}

impl Display for Step<'_> {
    fn fmt(&self, to: &mut Formatter<'_>) -> Result {
        let Self { act, kind, there, wanted, .. } = self;
        // A host has no letters that could pass for something else.
        let name = if *kind == SITE { self.name.to_owned() } else { format!("{:?}", self.name) };
        match act {
            Act::Create => write!(to, "+ {kind} {name}{}", lines("", wanted, there)),
            Act::Change => write!(to, "~ {kind} {name}{}", lines("", wanted, there)),
            Act::Suspend => write!(to, "- {kind} {} {name}: suspend, it is not in the file", there["id"]),
            Act::Remove => write!(to, "- {kind} {} {name}: remove, it is not in the file", there["id"]),
        }
    }
}

/// What is there of what is wanted.
fn part(there: &Value, wanted: &Map<String, Value>) -> Value {
    let of = |(key, value): (&String, &Value)| match value {
        Value::Object(inner) => (key.clone(), part(&there[key], inner)),
        _ => (key.clone(), there[key].clone()),
    };
    if there.is_null() { Value::Null } else { wanted.iter().map(of).collect::<Map<_, _>>().into() }
}

/// A line for each value: what it is, and what it is to be. `place` stands before the names.
fn lines(place: &str, wanted: &Map<String, Value>, there: &Value) -> String {
    let mut text = String::new();
    for (key, value) in wanted {
        if let Value::Object(inner) = value {
            text.push_str(&lines(&format!("{place}{key}."), inner, &there[key]));
            continue;
        }
        let before = match &there[key] {
            Value::Null => String::new(),
            before => format!("{} -> ", shown(before)),
        };
        text.push_str(&format!("\n    {place}{key}: {before}{}", shown(value)));
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
    use super::*;

    #[test]
    fn a_change_is_shown_with_what_was_before() {
        let wanted = json!({"hosts": ["a", "b"], "x": {"max": 2, "none": []}});
        let there = json!({"id": 7, "hosts": ["a"], "x": {"none": ["c"], "other": 1}});
        let wanted = wanted.as_object().unwrap();
        let step = Step { act: Act::Change, kind: SITE, name: "a", there: &there, wanted };
        assert_eq!(step.to_string(), "~ site a\n    hosts: a -> a, b\n    x.max: 2\n    x.none: c -> []");
        let was = json!({"hosts": ["a"], "x": {"max": null, "none": ["c"]}});
        let object = json!({"act": "change", "kind": "site", "name": "a", "id": 7, "was": was,
            "becomes": wanted, "dry_run": true});
        assert_eq!(step.object(true), object);
    }

    #[test]
    fn what_is_made_was_nothing() {
        let wanted = json!({"limits": {"sites_max": 3}});
        let step = Step {
            act: Act::Create,
            kind: ORG,
            name: "A",
            there: &Value::Null,
            wanted: wanted.as_object().unwrap(),
        };
        assert_eq!(step.to_string(), "+ organization \"A\"\n    limits.sites_max: 3");
        assert_eq!(step.object(false)["was"], Value::Null);
    }
}
