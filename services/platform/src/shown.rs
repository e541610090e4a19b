//! URLs as they may be shown.

/// A URL as it may be shown: no password, wherever it stands, and no user name that may be one by mistake. Works on what is no
/// URL as well: a typing error must not print a password.
pub fn shown_url(url: &str) -> String {
    let (login, place) = match url.rsplit_once('@') {
        Some((login, place)) => (Some(login), place),
        None => (None, url),
    };
    // With a question mark before it, the `@` ends a password only where that is certain.
    if let Some((scheme, before)) =
        login.and_then(|login| login.split_once('?')).map(|(login, _)| split(login))
        && (before.contains('/') || !before.contains(':') || !place.contains('/'))
    {
        return format!("{scheme}***");
    }
    let (place, query) = place.split_once('?').unwrap_or((place, ""));
    let may_be_shown = |part: &&str| !part.is_empty() && !part.to_ascii_lowercase().contains("pass");
    let query: Vec<&str> = query.split('&').filter(may_be_shown).collect();
    let login = login.map(shown_login).unwrap_or_default();
    if query.is_empty() { format!("{login}{place}") } else { format!("{login}{place}?{}", query.join("&")) }
}

/// A scheme with what ends it, and the rest.
fn split(url: &str) -> (String, &str) {
    match url.split_once("://") {
        Some((scheme, rest)) => (format!("{scheme}://"), rest),
        None => (String::new(), url),
    }
}

/// What stands before the last `@`.
fn shown_login(login: &str) -> String {
    let (scheme, who) = split(login);
    match who.split_once(':') {
        Some((user, _)) if !scheme.is_empty() && !user.contains('@') => format!("{scheme}{user}:***@"),
        _ => format!("{scheme}***@"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_url_shows_where_it_leads_and_no_password() {
        for (url, shown) in [
            (
                "postgres://tmtp:hunter2@db:5432/tmtp?sslmode=require",
                "postgres://tmtp:***@db:5432/tmtp?sslmode=require",
            ),
            ("postgres://tmtp:hun@ter2@db/tmtp", "postgres://tmtp:***@db/tmtp"),
            (
                "postgres://tmtp:hun?ter2@db/tmtp?sslmode=require",
                "postgres://tmtp:***@db/tmtp?sslmode=require",
            ),
            (
                "postgres://db/tmtp?user=tmtp&sslPassword=hunter2&password=hunter2",
                "postgres://db/tmtp?user=tmtp",
            ),
            ("postgres://db/tmtp?user=me@corp&password=hunter2", "postgres://***"),
            ("postgres://db/tmtp?password=hun@ter2", "postgres://***"),
            ("postgres://tmtp@db/tmtp?user=a@b&password=hunter2", "postgres://***"),
            ("postgres://db/tmtp?password=a@hunter2/c", "postgres://***"),
            ("redis://hunter2@one:6379", "redis://***@one:6379"),
            ("redis:hunter2@one", "***@one"),
            ("redis://:hunter2@one", "redis://:***@one"),
            ("smtp://mail.example?tls=none", "smtp://mail.example?tls=none"),
            ("sqlite:///var/lib/tmtp/db", "sqlite:///var/lib/tmtp/db"),
            ("", ""),
        ] {
            assert_eq!(shown_url(url), shown, "{url}");
        }
    }
}
