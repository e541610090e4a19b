//! Scenarios, benchmarks and reports.
fn main() {}
