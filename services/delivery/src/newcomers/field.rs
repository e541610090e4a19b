//! The `oidc` field of Register: what the client had from the token endpoint, field names in any letter case.

use std::collections::HashMap;

use serde_json::Value;

/// Most octets of a token; real ones have one or two thousand.
const TOKEN_OCTETS: usize = 16 << 10;

/// The id_token in it, if there is one.
pub(crate) fn id_token(oidc: &str) -> Option<String> {
    let fields: HashMap<String, Value> = serde_json::from_str(oidc).ok()?;
    let mut found = fields.into_iter().filter(|(name, _)| name.eq_ignore_ascii_case("id_token"));
    match found.next()?.1 {
        Value::String(token) if token.len() <= TOKEN_OCTETS => Some(token),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_token_is_found_in_any_letter_case_and_nothing_else_is_taken_for_one() {
        let found = |oidc: &str| id_token(oidc);
        assert_eq!(found(r#"{"Scope":"openid","Id_token":"a.b.c"}"#).as_deref(), Some("a.b.c"));
        assert_eq!(found(r#"{"id_token":"a.b.c","Expires_in":300}"#).as_deref(), Some("a.b.c"));
        for odd in ["{}", "[]", r#"{"id_token":7}"#, r#"{"access_token":"a.b.c"}"#, "null", "x"] {
            assert_eq!(found(odd), None, "{odd}");
        }
        assert_eq!(found(&format!(r#"{{"id_token":"{}"}}"#, "x".repeat(TOKEN_OCTETS + 1))), None);
    }
}
