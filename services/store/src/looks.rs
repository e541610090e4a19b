//! What names look like: two that people could mistake for one another share a look.

use unicode_normalization::UnicodeNormalization as _;
use unicode_security::confusable_detection::skeleton;

/// The looks of a name, in ascending order. Letters that look alike are one (UTS #39), and so are both cases of a letter;
/// which of these is done first makes a difference (`I` looks like `l`, but is `i`), so there may be two.
pub(crate) fn looks(name: &str) -> Vec<String> {
    let plain: String = name.nfkc().map(|letter| if is_blank(letter) { ' ' } else { letter }).collect();
    let plain = plain.split_whitespace().collect::<Vec<_>>().join(" ");
    let alike_then_lower = skeleton(&plain).collect::<String>().to_lowercase();
    let lower_then_alike: String = skeleton(&plain.to_lowercase()).collect();
    let mut looks = vec![alike_then_lower, lower_then_alike];
    looks.sort_unstable();
    looks.dedup();
    looks
}

/// Letters and symbols by their category that are shown as nothing, where a space would be (Default_Ignorable_Code_Point, and
/// the pattern without a dot of Braille).
fn is_blank(letter: char) -> bool {
    matches!(letter,
        '\u{34f}' | '\u{115f}'..='\u{1160}' | '\u{17b4}'..='\u{17b5}' | '\u{180b}'..='\u{180f}' | '\u{2800}'
        | '\u{3164}' | '\u{fe00}'..='\u{fe0f}' | '\u{ffa0}' | '\u{e0100}'..='\u{e01ef}')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn alike(one: &str, other: &str) -> bool {
        let others = looks(other);
        looks(one).iter().any(|look| others.contains(look))
    }

    #[test]
    fn names_that_people_mistake_for_one_another_look_alike() {
        for (one, other) in [
            ("Support Desk", "SUPPORT DESK"),
            ("Support Desk", "Suppоrt Desk"), // a Cyrillic letter
            ("Support Desk", "Supp0rt Desk"),
            ("Alice Ames", "AIice Ames"),
            ("Alice Ames", "Alice  Ames"),
            ("Alice Ames", "Alice\u{a0}Ames"),
            ("Acme Clearing", "Acrne Clearing"),
            ("Zoë Müller", "Zoe\u{308} Mu\u{308}ller"),
            ("Ａcme Bank", "Acme Bank"),
            ("Support\u{3164}Desk", "Support Desk"),
            ("Support\u{ffa0}Desk", "Support Desk"),
            ("Support\u{115f}Desk", "Support Desk"),
            ("Support \u{1160}Desk", "Support Desk"),
            ("Support\u{2800}Desk", "Support Desk"),
            ("\u{3164}Support Desk", "Support Desk"),
        ] {
            assert!(alike(one, other), "{one} {other}: {:?} {:?}", looks(one), looks(other));
        }
    }

    #[test]
    fn names_of_different_people_do_not() {
        for (one, other) in [
            ("Alice Ames", "Alice Adams"),
            ("Zoë Müller", "Zoe Muller"),
            ("Bill Ames", "Bell Ames"),
            ("member 10", "member 11"),
            ("Mail Desk", "Mall Desk"),
        ] {
            assert!(!alike(one, other), "{one} {other}");
        }
    }
}
