//! uids and node secrets: base32 without vowels (section 6).

/// Encodes octets: 20 of them make a uid, 25 a node secret.
pub fn encode(_octets: &[u8]) -> String {
    unimplemented!()
}

/// Decodes base32 with padding where the length asks for it.
///
/// # Errors
/// [`crate::Error::Base32`]
pub fn decode(_text: &str) -> Result<Vec<u8>, crate::Error> {
    unimplemented!()
}
