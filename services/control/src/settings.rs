//! A site's settings as an operator writes them: `message_octets_max=100MiB`. New settings need no code here.

use serde_json::{Map, Value};
use tmtp_store::SiteSettings;

use crate::{Error, Result, check, wording};

/// What each setting is, in a line for operators: `registration  Who may register. [closed]`.
pub fn lines() -> Vec<String> {
    let said = |key: &str| {
        SiteSettings::SAID.iter().find(|(name, _)| *name == key).map_or("", |(_, says)| says.trim())
    };
    let line = |(key, default): (String, String)| {
        let default = if default.is_empty() { "empty".to_owned() } else { default };
        format!("{key:<31} {} [{default}]", said(&key))
    };
    defaults().into_iter().map(line).collect()
}

/// Every setting with its default.
pub fn defaults() -> Vec<(String, String)> {
    let shown = |value: Value| match value {
        Value::String(text) => text,
        other => other.to_string(),
    };
    fields(&SiteSettings::default()).into_iter().map(|(key, value)| (key, shown(value))).collect()
}

/// Settings by name, as an operator writes them, as values. Sizes may end in `KiB`, `MiB`, `GiB` or `TiB`.
///
/// # Errors
/// When there is no such setting, or a value is none; the text names the setting.
pub fn values(assignments: &[(String, String)]) -> Result<Map<String, Value>> {
    let defaults = fields(&SiteSettings::default());
    let mut values = Map::new();
    for (key, text) in assignments {
        let default = defaults.get(key).ok_or_else(|| unknown(key, &defaults))?;
        let value = if default.is_number() { number(key, text)? } else { Value::String(text.clone()) };
        values.insert(key.clone(), value);
    }
    Ok(values)
}

/// These settings with some of them set anew.
///
/// # Errors
/// When there is no such setting, or a value is not one or is out of range; the text names the setting.
pub fn merge(settings: &SiteSettings, values: &Map<String, Value>) -> Result<SiteSettings> {
    let mut fields = fields(settings);
    for (key, value) in values {
        let Some(field) = fields.get_mut(key) else { return Err(unknown(key, &fields)) };
        if field.is_number() != value.is_number() {
            let wanted = if field.is_number() { "a number" } else { "a text" };
            return Err(Error::Setting(format!("{key} is {wanted}, not {value}")));
        }
        *field = value.clone();
    }
    let mut changed: SiteSettings = wording::from_value(Value::Object(fields)).map_err(Error::Setting)?;
    check::settings(&changed)?;
    // In one way, whoever wrote them how.
    let ids = check::provider_ids(&changed.providers)?;
    changed.providers = ids.iter().map(|id| id.0.to_string()).collect::<Vec<_>>().join(",");
    Ok(changed)
}

fn unknown(key: &str, known: &Map<String, Value>) -> Error {
    let known: Vec<_> = known.keys().cloned().collect();
    Error::Setting(format!("no setting `{key}`; there are: {}", known.join(", ")))
}

fn fields(settings: &SiteSettings) -> Map<String, Value> {
    match serde_json::to_value(settings) {
        Ok(Value::Object(fields)) => fields,
        _ => Map::new(),
    }
}

fn number(key: &str, text: &str) -> Result<Value> {
    let wrong = || Error::Setting(format!("{key}: `{text}` is no number; write 1048576 or 1MiB"));
    octets(text).map(Value::from).ok_or_else(wrong)
}

/// A number that may end in `KiB`, `MiB`, `GiB` or `TiB`; `None` when it is none.
pub fn octets(text: &str) -> Option<u64> {
    let units = [("KiB", 10), ("MiB", 20), ("GiB", 30), ("TiB", 40)];
    let found = units.iter().find_map(|(unit, shift)| Some((text.strip_suffix(unit)?, *shift)));
    let (digits, shift) = found.unwrap_or((text, 0));
    digits.trim().parse::<u64>().ok().and_then(|value| value.checked_mul(1 << shift))
}

#[cfg(test)]
mod tests {
    use tmtp_store::{LoginConflict, Registration};

    use super::*;

    fn set(pairs: &[(&str, &str)]) -> Result<SiteSettings> {
        let pairs: Vec<_> = pairs.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect();
        merge(&SiteSettings::default(), &values(&pairs)?)
    }

    #[test]
    fn settings_are_set_by_name_and_the_others_stay() {
        let changed = set(&[("registration", "open"), ("login_conflict", "refuse")]).unwrap();
        assert_eq!(changed.registration, Registration::Open);
        assert_eq!(changed.login_conflict, LoginConflict::Refuse);
        assert_eq!(changed.nodes_per_member_max, SiteSettings::default().nodes_per_member_max);
    }

    #[test]
    fn sizes_may_have_units() {
        let changed = set(&[("message_octets_max", "2GiB"), ("queued_octets_max", "1048576")]).unwrap();
        assert_eq!((changed.message_octets_max, changed.queued_octets_max), (2 << 30, 1 << 20));
    }

    #[test]
    fn an_unknown_setting_and_a_wrong_value_are_named() {
        for (key, value) in [
            ("message_octet_max", "1"),
            ("message_octets_max", "lots"),
            ("message_octets_max", "99999999999999999999"),
            ("message_octets_max", "99999999999TiB"),
            ("queued_messages_max", "0"),
            ("queued_messages_max", "4294967296"),
            ("header_octets_max", "65536"),
        ] {
            assert!(set(&[(key, value)]).unwrap_err().to_string().contains(key), "{key}={value}");
        }
        assert!(set(&[("registration", "perhaps")]).unwrap_err().to_string().contains("perhaps"));
    }

    #[test]
    fn every_setting_is_listed_in_a_line_that_says_what_it_is() {
        let lines = lines();
        assert_eq!(lines.len(), fields(&SiteSettings::default()).len());
        let is_there = |line: &String| {
            line.starts_with("registration ") && line.ends_with(" Who may register. [closed]")
        };
        assert!(lines.iter().any(is_there), "{lines:?}");
        assert!(lines.iter().all(|line| line.contains(". [")), "{lines:?}");
    }

    #[test]
    fn every_setting_is_listed_with_its_default() {
        let defaults = defaults();
        assert!(defaults.contains(&("registration".to_owned(), "closed".to_owned())));
        assert!(defaults.contains(&("nodes_per_member_max".to_owned(), "100".to_owned())));
    }
}
