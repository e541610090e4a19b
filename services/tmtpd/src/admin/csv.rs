//! A table as spreadsheets save it: `name,email,alias` with a row of headings (RFC 4180).

use std::collections::HashMap;

use anyhow::{Context, bail};
use serde_json::{Value, json};

/// Most rows of a file.
const ROWS_MAX: usize = 5_000;

/// Somebody to invite, and where in the file.
pub struct Line {
    /// The row, from 1 on; the headings are the first.
    pub row: usize,
    /// Whom.
    pub name: String,
    /// Where the invitation is sent.
    pub email: String,
    /// What they will be called.
    pub alias: String,
    /// What an earlier row of the file has, too, and which one: the server looks at a part of the file at a time.
    pub repeats: Option<String>,
}

impl Line {
    /// What names the person best.
    pub fn who(&self) -> &str {
        [&self.name, &self.email, &self.alias]
            .into_iter()
            .find(|text| !text.is_empty())
            .map_or("", |text| text)
    }

    /// The invitation that is asked for.
    pub fn invitation(&self) -> Value {
        let some = |text: &str| if text.is_empty() { Value::Null } else { text.into() };
        json!({"name": some(&self.name), "email": some(&self.email), "alias": some(&self.alias),
            "unless_invited": true})
    }
}

/// Whom a file has invited. Empty rows count for nothing.
pub fn lines(text: &str) -> anyhow::Result<Vec<Line>> {
    let mut rows = rows(text.trim_start_matches('\u{feff}'))?.into_iter().enumerate();
    let (_, heads) = rows.next().context("the file is empty")?;
    let place = |wanted: &[&str]| {
        heads
            .iter()
            .position(|head| wanted.contains(&head.to_lowercase().replace(['-', '_', ' '], "").as_str()))
    };
    let (name, email) = (place(&["name", "fullname"]), place(&["email", "mail", "emailaddress"]));
    let alias = place(&["alias"]);
    if email.is_none() && alias.is_none() {
        bail!("the first row names the columns: name, email, alias; email or alias must be there");
    }
    let (mut found, mut seen) = (Vec::new(), HashMap::new());
    for (index, cells) in rows.filter(|(_, cells)| cells.iter().any(|cell| !cell.is_empty())) {
        let at = |place: Option<usize>| place.and_then(|at| cells.get(at)).cloned().unwrap_or_default();
        let mut line =
            Line { row: index + 1, name: at(name), email: at(email), alias: at(alias), repeats: None };
        if line.email.is_empty() && line.alias.is_empty() {
            bail!("row {} has neither an e-mail address nor an alias", line.row);
        }
        let same = [("e-mail address", line.email.to_lowercase()), ("alias", line.alias.clone())];
        for (what, text) in same.into_iter().filter(|(_, text)| !text.is_empty()) {
            let first = *seen.entry((what, text)).or_insert(line.row);
            if first != line.row {
                line.repeats.get_or_insert(format!("the same {what} as in row {first}"));
            }
        }
        found.push(line);
    }
    if found.len() > ROWS_MAX {
        bail!("the file has over {ROWS_MAX} rows; split it");
    }
    Ok(found)
}

/// The separator is what the first line has most of.
fn rows(text: &str) -> anyhow::Result<Vec<Vec<String>>> {
    let first = text.lines().next().unwrap_or_default();
    let separator = [',', ';', '\t'].into_iter().rev().max_by_key(|mark| first.matches(*mark).count());
    let separator = separator.unwrap_or(',');
    let (mut rows, mut row, mut cell, mut is_quoted) = (Vec::new(), Vec::new(), String::new(), false);
    let mut letters = text.chars().peekable();
    while let Some(letter) = letters.next() {
        match letter {
            '"' if is_quoted && letters.peek() == Some(&'"') => cell.extend(letters.next()),
            '"' if is_quoted || cell.is_empty() => is_quoted = !is_quoted,
            '\r' if !is_quoted && letters.peek() == Some(&'\n') => {}
            '\n' | '\r' if !is_quoted => {
                row.push(std::mem::take(&mut cell).trim().to_owned());
                rows.push(std::mem::take(&mut row));
            }
            mark if mark == separator && !is_quoted => row.push(std::mem::take(&mut cell).trim().to_owned()),
            letter => cell.push(letter),
        }
    }
    if is_quoted {
        bail!("row {}: a quotation mark is opened and never closed", rows.len() + 1);
    }
    if !cell.is_empty() || !row.is_empty() {
        row.push(cell.trim().to_owned());
        rows.push(row);
    }
    Ok(rows)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_read_as_spreadsheets_write_it() {
        let text =
            "\u{feff}Full name;E-Mail;alias\r\n\"Ames; \"\"Ann\"\"\";a@b.example;\r\n;;\r\nBob;;\"Bob\nB.\"";
        let lines = lines(text).unwrap();
        let of = |line: &Line| (line.row, line.name.clone(), line.email.clone(), line.alias.clone());
        assert_eq!(of(&lines[0]), (2, "Ames; \"Ann\"".to_owned(), "a@b.example".to_owned(), String::new()));
        assert_eq!(of(&lines[1]), (4, "Bob".to_owned(), String::new(), "Bob\nB.".to_owned()));
        assert_eq!((lines.len(), lines[0].who()), (2, "Ames; \"Ann\""));
    }

    #[test]
    fn a_row_that_repeats_another_says_which() {
        let lines = lines("email,alias\na@b.example,Ann\nb@b.example,\nA@B.example,Al\nc@b.example,Ann\n,Bo")
            .unwrap();
        let repeats: Vec<_> = lines.iter().map(|line| line.repeats.as_deref()).collect();
        let (mail, alias) = (Some("the same e-mail address as in row 2"), Some("the same alias as in row 2"));
        assert_eq!(repeats, [None, None, mail, alias, None]);
    }

    #[test]
    fn what_makes_no_sense_is_told() {
        for (text, word) in [
            ("", "empty"),
            ("name\nAnn", "names the columns"),
            ("email,name\n,Ann", "row 2 has neither"),
            ("email\n\"a", "never closed"),
        ] {
            let error = lines(text).err().unwrap().to_string();
            assert!(error.contains(word), "{text}: {error}");
        }
    }
}
