//! uids and node secrets: base32 without vowels (section 6).

use data_encoding::Encoding;
use data_encoding_macro::new_encoding;

const BASE32: Encoding = new_encoding! {
    symbols: "%+123456789BCDFGHJKLMNPQRSTVWXYZ",
    padding: '=',
};

/// Encodes octets: 20 of them make a uid, 25 a node secret.
pub fn encode(octets: &[u8]) -> String {
    BASE32.encode(octets)
}

/// Decodes base32 with padding where the length asks for it.
///
/// # Errors
/// [`crate::Error::Base32`]
pub fn decode(text: &str) -> Result<Vec<u8>, crate::Error> {
    BASE32.decode(text.as_bytes()).map_err(|_| crate::Error::Base32)
}
