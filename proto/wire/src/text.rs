//! Checks on texts that members write: the text of a Ping, aliases and group names (sections 2 and 6).

use crate::Error;

/// Checks the text of a Ping or GroupInvite: UTF-8, and short enough in octets and UTF-16 units.
///
/// # Errors
/// [`Error::DataTooLong`] or [`Error::DataNotUtf8`]
pub fn check_text(_data: &[u8]) -> Result<(), Error> {
    unimplemented!()
}

/// Whether every character of an alias or group name is printable Unicode: letters, marks, numbers,
/// punctuation, symbols and the ASCII space; no control, format, private or unassigned character, no
/// other space.
pub fn is_printable(_name: &str) -> bool {
    unimplemented!()
}
