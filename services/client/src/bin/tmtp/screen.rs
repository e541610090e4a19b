//! What is shown: lines for people, or one JSON object a line for scripts. Nothing a stranger wrote can steer the
//! terminal.

use std::{
    fmt::Write as _,
    io::{self, IsTerminal, Write},
};

use serde_json::{Value, json};
use tmtp_client::{harmless, is_unseen};

use crate::failure::{Code, Failure};

#[derive(Debug, Clone, Copy)]
pub struct Screen {
    json: bool,
}

impl Screen {
    pub fn new(json: bool) -> Self {
        Self { json }
    }

    /// Shows a result: the object to scripts, the text to people.
    pub fn show(&self, object: &Value, text: impl FnOnce() -> String) -> Result<(), Failure> {
        let mut line = if self.json { json_line(object) } else { harmless(&text()) };
        line.push('\n');
        let mut out = io::stdout().lock();
        out.write_all(line.as_bytes())
            .and_then(|()| out.flush())
            .map_err(|e| Failure::local("cannot write to standard output", &e))
    }

    /// Whether scripts read along.
    pub fn is_json(&self) -> bool {
        self.json
    }

    /// A remark for people, beside the results.
    pub fn remark(&self, text: &str) {
        if !self.json {
            let _ = writeln!(io::stderr(), "{}", harmless(text));
        }
    }

    pub fn failed(&self, failure: &Failure) {
        let object = json!({
            "event": "error",
            "kind": failure.code.name(),
            "code": failure.code as u8,
            "error": failure.text,
            "hint": failure.hint,
        });
        let mut text =
            if self.json { json_line(&object) } else { harmless(&format!("tmtp: {}", failure.text)) };
        if let (false, Some(hint)) = (self.json, &failure.hint) {
            let _ = write!(text, "\n      {}", harmless(hint));
        }
        let _ = writeln!(io::stderr(), "{text}");
    }

    /// Whether progress may be drawn.
    pub fn draws(&self) -> bool {
        !self.json && io::stderr().is_terminal()
    }

    /// Gives out something made for another program, as it is.
    pub fn raw(&self, octets: &[u8]) -> Result<(), Failure> {
        io::stdout()
            .write_all(octets)
            .map_err(|e| Failure::new(Code::Local, format!("cannot write to standard output: {e}")))
    }
}

/// Unseen characters occur within strings only, where JSON allows `\uXXXX` for all of them.
fn json_line(object: &Value) -> String {
    let plain = object.to_string();
    let mut line = String::with_capacity(plain.len());
    for c in plain.chars() {
        if is_unseen(c) {
            for unit in c.encode_utf16(&mut [0; 2]) {
                let _ = write!(line, "\\u{unit:04x}");
            }
        } else {
            line.push(c);
        }
    }
    line
}

/// 1536 -> `1.5 KiB`
pub fn size(octets: u64) -> String {
    indicatif::HumanBytes(octets).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_json_line_holds_nothing_unseen_and_means_the_same() {
        let object = json!({"text": "a\u{9b}31m\u{202e}b\u{e0001}\n\u{1b}é"});
        let line = json_line(&object);
        assert!(!line.chars().any(is_unseen), "{line}");
        assert_eq!(serde_json::from_str::<Value>(&line).unwrap(), object);
    }
}
