//! Times as they are written: RFC 3339, in UTC.

use tmtp_platform::clock::{DAY_MS, day};

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

/// A day as text.
pub(crate) fn shown_day(day: i64) -> String {
    shown(day.saturating_mul(DAY_MS)).chars().take_while(|letter| *letter != 'T').collect()
}

/// Text as a day. `field` is where it stood.
pub(crate) fn read_day(field: &str, text: &str) -> Result<i64, Problem> {
    let wrong = || Problem::invalid(format!("{field} is a day as 2027-01-31, not `{text}`"));
    let date: jiff::civil::Date = text.parse().map_err(|_| wrong())?;
    let begin = date.to_zoned(jiff::tz::TimeZone::UTC).map_err(|_| wrong())?;
    Ok(day(begin.timestamp().as_millisecond()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_reads_back_as_the_same() {
        assert_eq!((shown_day(0), shown_day(20_784)), ("1970-01-01".to_owned(), "2026-11-27".to_owned()));
        assert_eq!(read_day("x", "2026-11-27").unwrap(), 20_784);
        assert!(read_day("from", "2026-02-30").unwrap_err().detail.contains("from is a day"));
    }

    #[test]
    fn a_time_reads_back_as_the_same() {
        assert_eq!(shown(1_800_000_000_123), "2027-01-15T08:00:00.123Z");
        assert_eq!(read("x", &shown(1_800_000_000_123)).unwrap(), 1_800_000_000_123);
        assert!(read("expires_at", "tomorrow").unwrap_err().detail.contains("expires_at"));
    }
}
