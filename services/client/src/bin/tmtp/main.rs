//! `tmtp`, a command-line TMTP member client.
fn main() {}
