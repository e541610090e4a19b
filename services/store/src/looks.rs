//! What names look like: two that people could mistake for one another share a look.

use unicode_normalization::{UnicodeNormalization as _, char::is_combining_mark};
use unicode_security::{MixedScript as _, confusable_detection::skeleton};

/// The looks of a name, in ascending order. Letters that look alike are one (UTS #39), and so are both cases of a letter;
/// which of these is done first makes a difference (`I` looks like `l`, but is `i`), so there may be two. What stands between
/// capitals and looks like `I` may be meant for one: that makes a third.
pub(crate) fn looks(name: &str) -> Vec<String> {
    let plain: String = name.nfkc().map(|letter| if is_blank(letter) { ' ' } else { letter }).collect();
    let plain = plain.split_whitespace().collect::<Vec<_>>().join(" ");
    let alike_then_lower = skeleton(&plain).collect::<String>().to_lowercase();
    let in_lower = |text: &str| skeleton(&text.to_lowercase()).collect::<String>();
    let mut looks = vec![alike_then_lower, in_lower(&plain), in_lower(&with_capital_i(&plain))];
    looks.sort_unstable();
    looks.dedup();
    looks
}

/// The text with an `I` wherever something that looks like one stands before a capital, or after one that begins no word.
fn with_capital_i(text: &str) -> String {
    let letters: Vec<char> = text.chars().collect();
    let is_capital =
        |at: Option<usize>| at.and_then(|at| letters.get(at)).is_some_and(|letter| letter.is_uppercase());
    let begins = |at: usize| at == 0 || letters[at - 1] == ' ';
    let is_i = |at: usize| {
        let before = at.checked_sub(1).filter(|before| !begins(*before));
        is_capital(Some(at + 1)) || is_capital(before)
    };
    let looks_like_i = |letter: char| skeleton(letter.encode_utf8(&mut [0; 4])).eq(['l']);
    let replaced =
        |(at, letter): (usize, &char)| if looks_like_i(*letter) && is_i(at) { 'I' } else { *letter };
    letters.iter().enumerate().map(replaced).collect()
}

/// Whether a word of a name has letters of scripts that no language writes in one word (UTS #39): most are there to be mistaken
/// for others. Latin letters beside those of East Asia are not.
pub fn mixes_scripts(name: &str) -> bool {
    name.split_whitespace().any(|word| {
        let is_latin = |letter: &char| letter.is_ascii_alphabetic() || is_combining_mark(*letter);
        let other: String = word.nfd().filter(|letter| !is_latin(letter)).collect();
        let scripts = other.as_str().resolve_script_set();
        !(word.is_single_script() || scripts.hanb || scripts.jpan || scripts.kore)
    })
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
            ("Administrator", "ADMlNlSTRATOR"),
            ("Administrator", "ADM1N|STRATOR"),
            ("Customer Service", "CUSTOMER SERVlCE"),
            ("Demo Site", "Demo SlTE"),
            ("Alice Ames", "ALlCE AMES"),
            ("Gina Green", "GlNA GREEN"),
            ("Irene Ames", "lRENE AMES"),
            ("Rafaei Ames", "RAFAEl AMES"),
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
            ("Ella Ames", "Eila Ames"),
            ("Alan Ames", "Aian Ames"),
        ] {
            assert!(!alike(one, other), "{one} {other}");
        }
    }

    #[test]
    fn words_of_two_scripts_are_told_from_names_of_two() {
        for mixed in ["Ⲁlice Ames", "Suppоrt Desk", "Alice Αmes", "Ѕupport"] {
            assert!(mixes_scripts(mixed), "{mixed}");
        }
        for sound in [
            "Alice Ames",
            "Zoë O’Neill-Šćepanović",
            "Анна Ames",
            "東芝Group 2",
            "Café東京",
            "ソニーTV",
            "Ελένη 7",
            "Ann 😀",
            "member_10",
        ] {
            assert!(!mixes_scripts(sound), "{sound}");
        }
    }
}
