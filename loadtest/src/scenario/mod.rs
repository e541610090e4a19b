//! Scenarios: what members do to a site, and what is to be learnt from it.

pub mod backlog;
pub mod course;
pub mod cycle;
pub mod fanout;
pub mod group;
pub mod handshakes;
pub mod homecoming;
pub mod idle;
pub mod large;
pub mod latency;
pub mod mixed;
pub mod shape;
pub mod soak;
pub mod steady;
pub mod storm;
pub mod talk;
pub mod tell;

use crate::outcome::Outcome;

/// A scenario that was run.
pub type Ran = anyhow::Result<Outcome>;
