//! The command `tmtp` as a process.

mod account;
mod listening;
mod sending;
mod stage;
