//! What was found, for people.

pub mod text;
