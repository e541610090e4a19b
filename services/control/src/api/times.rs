//! Times as they are written: RFC 3339, in UTC.

use super::problem::Problem;

/// Milliseconds since 1970 as text.
pub(crate) fn shown(ms: i64) -> String {
    jiff::Timestamp::from_millisecond(ms).map(|time| time.to_string()).unwrap_or_default()
}

/// Text as milliseconds since 1970. `field` is where it stood.
pub(crate) fn read(field: &str, text: &str) -> Result<i64, Problem> {
    let time: Result<jiff::Timestamp, _> = text.parse();
    let wrong = |_| Problem::invalid(format!("{field} is a time as 2027-01-31T12:00:00Z, not `{text}`"));
    time.map(jiff::Timestamp::as_millisecond).map_err(wrong)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_reads_back_as_the_same() {
        assert_eq!(shown(1_800_000_000_123), "2027-01-15T08:00:00.123Z");
        assert_eq!(read("x", &shown(1_800_000_000_123)).unwrap(), 1_800_000_000_123);
        assert!(read("expires_at", "tomorrow").unwrap_err().detail.contains("expires_at"));
    }
}
