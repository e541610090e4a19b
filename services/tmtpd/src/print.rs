//! Text for people and scripts, on standard output. Logs go elsewhere.

use std::io::Write;

/// Prints a text and a new line. A reader that went away is no error.
pub fn line(text: impl std::fmt::Display) {
    let mut out = std::io::stdout().lock();
    // Nobody is left to be told.
    _ = writeln!(out, "{text}").and_then(|()| out.flush());
}

/// Prints why a command failed, on standard error.
pub fn failure(error: &anyhow::Error) {
    _ = writeln!(std::io::stderr(), "tmtpd: {error:#}");
}

/// Prints the first operator's key, where one was made: on standard output, not in the log.
pub fn first_key(key: Option<&tmtp_platform::Secret>) {
    if let Some(key) = key {
        line(format_args!(
            "the first operator's API key, good for a day and shown this once: {}\n\
             make one that lasts: tmtpd admin key create --provider --name NAME --role operator",
            key.expose()
        ));
    }
}
