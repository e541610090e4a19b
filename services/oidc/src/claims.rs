//! What a token says that was checked.

use serde_json::{Map, Value};

/// What a token says that was checked.
#[derive(Debug, Clone, PartialEq)]
pub struct Claims {
    /// When it need not be remembered any more.
    pub ends_ms: i64,
    /// When it was given out, as far as it says so.
    pub issued_ms: Option<i64>,
    /// All but what was checked: issuer, audiences, party, times.
    pub others: Map<String, Value>,
}

impl Claims {
    /// A claim that is a text; empty when there is none.
    pub fn text(&self, name: &str) -> &str {
        self.others.get(name).and_then(Value::as_str).unwrap_or_default()
    }

    /// The e-mail address, where the provider says that it is verified. Entra ID says so of the address' domain, by a claim of
    /// its own.
    pub fn verified_email(&self) -> Option<&str> {
        let says_so = |name: &str| match self.others.get(name) {
            Some(Value::Bool(is_so)) => *is_so,
            Some(Value::String(text)) => text == "true" || (text == "1" && name == "xms_edov"),
            Some(Value::Number(number)) => name == "xms_edov" && number.as_i64() == Some(1),
            _ => false,
        };
        let is_verified = match self.others.get("email_verified") {
            Some(_) => says_so("email_verified"),
            None => says_so("xms_edov"),
        };
        Some(self.text("email")).filter(|email| is_verified && !email.is_empty())
    }
}
