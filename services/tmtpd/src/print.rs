//! Text for people and scripts, on standard output. Logs go elsewhere.

use std::io::Write;

use tmtp_control::{First, door::link_url};

/// Prints a text and a new line. A reader that went away is no error.
pub fn line(text: impl std::fmt::Display) {
    let mut out = std::io::stdout().lock();
    // Nobody is left to be told.
    _ = writeln!(out, "{text}").and_then(|()| out.flush());
}

/// Prints something beside what was asked for, on standard error.
pub fn note(text: impl std::fmt::Display) {
    _ = writeln!(std::io::stderr(), "{text}");
}

/// Prints why a command failed, on standard error.
pub fn failure(error: &anyhow::Error) {
    _ = writeln!(std::io::stderr(), "tmtpd: {error:#}");
}

/// Prints what the first operator gets in with, where it was made: on standard output, not in the log.
pub fn first(first: Option<&First>, public_url: &str) {
    if let Some(First { key, link }) = first {
        line(format_args!(
            "the first operator's API key, good for a day and shown this once: {}\n\
             make one that lasts: tmtpd admin key create --provider --name NAME --role operator\n\
             or make an account with a password, by this link, in a day and once: {}",
            key.expose(),
            link_url(public_url, link)
        ));
    }
}
