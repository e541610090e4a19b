//! What was found.

use std::fmt;

use serde::Serialize;

/// How it stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum State {
    /// Nothing to do.
    Good,
    /// It works, and may not for ever.
    Doubtful,
    /// It does not work, or messages may be lost.
    Bad,
}

/// What was found about one thing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// What was looked at.
    pub about: &'static str,
    /// How it stands.
    pub state: State,
    /// What was seen.
    pub seen: String,
    /// What to do; nothing when it is good.
    #[serde(skip_serializing_if = "str::is_empty")]
    pub advice: String,
}

impl Finding {
    /// Nothing to do.
    pub fn good(about: &'static str, seen: impl fmt::Display) -> Self {
        Self { about, state: State::Good, seen: seen.to_string(), advice: String::new() }
    }

    /// It works, and may not for ever.
    pub fn doubtful(about: &'static str, seen: impl fmt::Display, advice: impl fmt::Display) -> Self {
        Self { about, state: State::Doubtful, seen: seen.to_string(), advice: advice.to_string() }
    }

    /// It does not work, or messages may be lost.
    pub fn bad(about: &'static str, seen: impl fmt::Display, advice: impl fmt::Display) -> Self {
        Self { about, state: State::Bad, seen: seen.to_string(), advice: advice.to_string() }
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mark = match self.state {
            State::Good => "good",
            State::Doubtful => "DOUBTFUL",
            State::Bad => "BAD",
        };
        write!(f, "{mark:<9} {:<13} {}", self.about, self.seen)?;
        if self.advice.is_empty() { Ok(()) } else { write!(f, "\n{:<23} -> {}", "", self.advice) }
    }
}
