//! A stream in fragments gives the same messages as in one piece, without memory for what it announces.
#![no_main]

#[path = "../checks/framer.rs"]
mod checks;

libfuzzer_sys::fuzz_target!(|data: &[u8]| checks::check(data));
