//! Tokens of OpenID Connect providers that organizations have named: what signed them, and what they say. Whom they let in
//! is for those to decide who ask.

mod claims;
mod keys;
mod times;
mod token;

pub use claims::Claims;
pub use keys::{Down, Keys};
pub use times::{SKEW_MS, end_ms};
pub use token::{Expected, check, is_from};
