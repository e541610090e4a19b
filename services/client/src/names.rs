//! Names and texts that strangers chose, made harmless.

/// The longest file name that is made, in octets.
pub const NAME_MAX: usize = 150;

/// A file name that is safe to create in a folder of one's own: one path component, printable, not hidden, not
/// a device on any system, and short. What was unfit becomes `_`; what is left with nothing becomes `file`.
///
/// ```
/// assert_eq!(tmtp_client::safe_name("../../etc/passwd"), "passwd");
/// assert_eq!(tmtp_client::safe_name("..\\CON"), "_CON");
/// assert_eq!(tmtp_client::safe_name("report\u{202e}fdp.exe\n"), "report_fdp.exe_");
/// ```
pub fn safe_name(name: &str) -> String {
    let last = name.rsplit(['/', '\\']).find(|part| !part.trim_matches(['.', ' ']).is_empty());
    let plain: String = last.unwrap_or_default().chars().map(|c| if is_plain(c) { c } else { '_' }).collect();
    let trimmed = plain.trim_start_matches(['.', ' ']).trim_end_matches(['.', ' ']);
    match shorten(trimmed) {
        empty if empty.is_empty() => "file".to_owned(),
        device if is_device(&device) => shorten(&format!("_{device}")),
        short => short,
    }
}

/// A text that does nothing to a terminal but show: line breaks and tabs stay, every other control, format or
/// direction character is shown as `\u{..}`.
pub fn harmless(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '\n' | '\t' => shown.push(c),
            c if is_unseen(c) => shown.extend(c.escape_unicode()),
            c => shown.push(c),
        }
    }
    shown
}

/// The same on one line: line breaks and tabs are shown as `\n` and `\t`.
pub fn harmless_line(text: &str) -> String {
    harmless(text).replace('\n', "\\n").replace('\t', "\\t")
}

/// Whether a character has an effect that is not seen: controls, direction changes, zero-width and line
/// separators, tags, private use.
pub fn is_unseen(c: char) -> bool {
    c.is_control()
        || matches!(c,
            '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff0}'..='\u{fffb}' | '\u{e000}'..='\u{f8ff}'
            | '\u{e0000}'..='\u{e0fff}' | '\u{f0000}'..='\u{10ffff}')
}

fn is_plain(c: char) -> bool {
    !is_unseen(c) && !matches!(c, '/' | '\\' | ':' | '*' | '?' | '"' | '<' | '>' | '|' | '\0')
}

/// Cuts the stem, keeps a short extension.
fn shorten(name: &str) -> String {
    if name.len() <= NAME_MAX {
        return name.to_owned();
    }
    let (stem, extension) = match name.rsplit_once('.') {
        Some((stem, extension)) if extension.len() <= 16 => (stem, format!(".{extension}")),
        _ => (name, String::new()),
    };
    let mut end = (NAME_MAX - extension.len()).min(stem.len());
    while !stem.is_char_boundary(end) {
        end -= 1;
    }
    format!("{}{extension}", stem[..end].trim_end_matches(['.', ' ']))
}

fn is_device(name: &str) -> bool {
    let stem = name.split('.').next().unwrap_or_default().trim_end().to_ascii_uppercase();
    let numbered = |prefix| {
        stem.strip_prefix(prefix).is_some_and(|n: &str| n.len() == 1 && n.as_bytes()[0].is_ascii_digit())
    };
    matches!(stem.as_str(), "CON" | "PRN" | "AUX" | "NUL") || numbered("COM") || numbered("LPT")
}

#[cfg(test)]
mod tests {
    use std::path::{Component, Path};

    use proptest::prelude::*;

    use super::*;

    #[test]
    fn names_that_mean_harm_are_disarmed() {
        for (given, safe) in [
            ("", "file"),
            ("..", "file"),
            ("../", "file"),
            ("/", "file"),
            (". . .", "file"),
            ("a/..", "a"),
            ("/etc/shadow", "shadow"),
            ("C:\\x\\y.txt", "y.txt"),
            (".bashrc", "bashrc"),
            ("con.txt", "_con.txt"),
            ("LPT1", "_LPT1"),
            ("a\0b", "a_b"),
            ("\u{1b}[2Jx", "_[2Jx"),
            ("Zoë Müller.pdf", "Zoë Müller.pdf"),
        ] {
            assert_eq!(safe_name(given), safe, "{given:?}");
        }
    }

    #[test]
    fn a_long_name_keeps_its_extension() {
        let safe = safe_name(&format!("{}.pdf", "ü".repeat(400)));
        assert!(safe.len() <= NAME_MAX && safe.ends_with("ü.pdf"));
    }

    fn nasty() -> impl Strategy<Value = String> {
        let part = prop_oneof![
            Just("..".to_owned()),
            Just("/".to_owned()),
            Just("\\".to_owned()),
            Just("\0".to_owned()),
            Just(".".to_owned()),
            Just(" ".to_owned()),
            Just("nul".to_owned()),
            Just("\u{202e}".to_owned()),
            Just("x".repeat(120)),
            any::<String>(),
        ];
        proptest::collection::vec(part, 0..8).prop_map(|parts| parts.concat())
    }

    proptest! {
        #[test]
        fn a_safe_name_never_leaves_its_folder(name in nasty()) {
            let safe = safe_name(&name);
            let parts: Vec<_> = Path::new(&safe).components().collect();
            prop_assert_eq!(parts, vec![Component::Normal(safe.as_ref())]);
            prop_assert!(safe.len() <= NAME_MAX && !safe.starts_with('.'));
            prop_assert!(!safe.contains(['/', '\\', '\0', ':']) && !safe.chars().any(is_unseen));
            prop_assert_eq!(safe_name(&safe), safe);
        }

        #[test]
        fn a_harmless_text_holds_nothing_unseen(text in any::<String>()) {
            prop_assert!(!harmless(&text).chars().any(|c| c != '\n' && c != '\t' && is_unseen(c)));
            prop_assert!(!harmless_line(&text).chars().any(is_unseen));
        }
    }
}
