//! What a change changed, for the audit log.

use serde_json::{Map, Value};

/// Those parts of two values that differ, objects compared key by key.
pub(crate) fn between(was: &Value, became: &Value) -> (Value, Value) {
    let (Value::Object(before), Value::Object(after)) = (was, became) else {
        return (was.clone(), became.clone());
    };
    let (mut left, mut right) = (Map::new(), Map::new());
    for key in before.keys().chain(after.keys().filter(|key| !before.contains_key(*key))) {
        let pair = (before.get(key), after.get(key));
        if pair.0 == pair.1 {
            continue;
        }
        let parts = match pair {
            (Some(a), Some(b)) => {
                let (a, b) = between(a, b);
                (Some(a), Some(b))
            }
            (a, b) => (a.cloned(), b.cloned()),
        };
        left.extend(parts.0.map(|part| (key.clone(), part)));
        right.extend(parts.1.map(|part| (key.clone(), part)));
    }
    (left.into(), right.into())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn only_what_differs_is_told() {
        let was = json!({"name": "a", "hosts": ["x"], "settings": {"max": 1, "min": 0}});
        let became = json!({"name": "a", "hosts": ["y"], "settings": {"max": 2, "min": 0}});
        let expected = (
            json!({"hosts": ["x"], "settings": {"max": 1}}),
            json!({"hosts": ["y"], "settings": {"max": 2}}),
        );
        assert_eq!(between(&was, &became), expected);
        assert_eq!(between(&was, &was), (json!({}), json!({})));
        assert_eq!(between(&Value::Null, &json!({"a": 1})), (Value::Null, json!({"a": 1})));
    }
}
