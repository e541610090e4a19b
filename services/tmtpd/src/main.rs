//! The service: one binary, a role for each argument.
fn main() {}
