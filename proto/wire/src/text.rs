//! Checks on texts that members write: the text of a Ping, aliases and group names (sections 2 and 6).

use unicode_properties::{GeneralCategoryGroup, UnicodeGeneralCategory};

use crate::{Error, TEXT_OCTETS_MAX, TEXT_UNITS_MAX};

/// Checks the text of a Ping or GroupInvite: UTF-8, and short enough in octets and UTF-16 units.
///
/// # Errors
/// [`Error::DataTooLong`] or [`Error::DataNotUtf8`]
pub fn check_text(data: &[u8]) -> Result<(), Error> {
    if data.len() as u64 > TEXT_OCTETS_MAX {
        return Err(Error::DataTooLong);
    }
    let text = str::from_utf8(data).map_err(|_| Error::DataNotUtf8)?;
    if text.encode_utf16().count() > TEXT_UNITS_MAX {
        return Err(Error::DataTooLong);
    }
    Ok(())
}

/// Whether every character of an alias or group name is printable Unicode: letters, marks, numbers,
/// punctuation, symbols and the ASCII space; no control, format, private or unassigned character, no
/// other space.
pub fn is_printable(name: &str) -> bool {
    use GeneralCategoryGroup::{Letter, Mark, Number, Punctuation, Symbol};
    let prints = |c: char| {
        matches!(c.general_category_group(), Letter | Mark | Number | Punctuation | Symbol) || c == ' '
    };
    name.chars().all(prints)
}
