//! What is measured: counts and times of members, processor time and memory of processes.

pub mod board;
pub mod kernel;
pub mod procs;
pub mod times;
