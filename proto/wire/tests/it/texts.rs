//! Section 6: base32, names and the text of a Ping.

use proptest::prelude::*;
use tmtp_wire::{
    Error, base32,
    text::{check_text, is_printable},
};

#[test]
fn base32_uses_its_alphabet_in_order() {
    let symbols = "%+123456789BCDFGHJKLMNPQRSTVWXYZ";
    let octets = base32::decode(symbols).unwrap();
    assert_eq!(octets.len(), 20);
    let bits: String = octets.iter().map(|octet| format!("{octet:08b}")).collect();
    for (at, _) in symbols.chars().enumerate() {
        assert_eq!(usize::from_str_radix(&bits[5 * at..5 * at + 5], 2), Ok(at));
    }
    assert_eq!(base32::encode(&octets), symbols);
}

#[test]
fn uids_and_node_secrets_need_no_padding() {
    assert_eq!(base32::encode(&[0; 20]), "%".repeat(32));
    assert_eq!(base32::encode(&[0xff; 25]), "Z".repeat(40));
    assert_eq!(base32::encode(&[0]), "%%======");
}

#[test]
fn what_is_not_base32_is_corrupt() {
    for wrong in
        ["%", "%%", "a%======", "%%=====", "%%======%", "%+======", "é%======", "%% =====", "AEIOU%%%", "\0"]
    {
        assert_eq!(base32::decode(wrong), Err(Error::Base32), "{wrong}");
    }
    assert_eq!(base32::decode(&"=".repeat(60_000)), Err(Error::Base32));
    assert_eq!(base32::decode(""), Ok(vec![]));
}

proptest! {
    #[test]
    fn base32_decodes_what_it_encodes(octets in prop::collection::vec(any::<u8>(), 0..60)) {
        prop_assert_eq!(base32::decode(&base32::encode(&octets)), Ok(octets));
    }

    #[test]
    fn no_text_makes_a_check_panic(text in ".*", octets in prop::collection::vec(any::<u8>(), 0..500)) {
        let _ = (base32::decode(&text), is_printable(&text), check_text(&octets));
    }
}

#[test]
fn names_of_letters_marks_numbers_punctuation_symbols_and_spaces_are_printable() {
    for name in ["Alice Ames", "Zoë Müller", "R&D <desk> #2", "田中さん", "e\u{301}", "½ €5", "😀", "Ⅷ", ""]
    {
        assert!(is_printable(name), "{name}");
    }
}

#[test]
fn names_with_anything_invisible_are_not_printable() {
    for c in [
        '\0', '\n', '\t', '\u{7f}', '\u{85}', '\u{a0}', '\u{ad}', '\u{2003}', '\u{200b}', '\u{200d}',
        '\u{202e}',
    ] {
        assert!(!is_printable(&format!("Alice{c}Ames")), "{c:?}");
    }
    for c in ['\u{2028}', '\u{2029}', '\u{3000}', '\u{feff}', '\u{e000}', '\u{378}', '\u{fffe}', '\u{10ffff}']
    {
        assert!(!is_printable(&format!("Alice{c}Ames")), "{c:?}");
    }
}

#[test]
fn a_text_has_at_most_420_octets_and_140_utf16_units() {
    assert_eq!(check_text(b""), Ok(()));
    assert_eq!(check_text("x".repeat(140).as_bytes()), Ok(()));
    assert_eq!(check_text("x".repeat(141).as_bytes()), Err(Error::DataTooLong));
    assert_eq!(check_text("€".repeat(140).as_bytes()), Ok(()));
    assert_eq!(check_text("😀".repeat(70).as_bytes()), Ok(()));
    assert_eq!(check_text("😀".repeat(71).as_bytes()), Err(Error::DataTooLong));
    assert_eq!(check_text(&[b'x'; 421]), Err(Error::DataTooLong));
}

#[test]
fn a_text_is_utf8() {
    for wrong in [&b"\xff"[..], b"abc\xc3", b"\xed\xa0\x80"] {
        assert_eq!(check_text(wrong), Err(Error::DataNotUtf8));
    }
}
