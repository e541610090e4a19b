//! Members, groups, queues: who gets a message, and its commit.
//!
//! A delivery process keeps nothing that cannot be lost: what must last is in the store, and what it tells
//! edges over the bus is a hint. Start with [`Delivery`]; a message's path is `rpc::submit` (what was asked),
//! `writer` and `batch` (one transaction for all that waits), `resolve` (who gets it) and `fanout` (who is told).

mod acks;
mod admission;
mod allowance;
mod ask;
mod batch;
mod bodies;
mod clock;
mod compose;
mod core;
mod decide;
mod digest;
mod edge_watch;
mod edits;
mod error;
mod expiry;
mod fanout;
mod fault;
mod fetch;
mod former;
mod inbox;
mod intake;
mod latency;
mod link;
mod loads;
mod login;
mod lookup;
mod losses;
mod names;
mod newcomers;
mod notices;
mod options;
mod pipeline;
mod presence;
mod refusal;
mod register;
mod resolve;
mod roll;
mod room;
mod rpc;
mod second_look;
mod service;
mod sign_in_again;
mod sites;
mod telling;
mod upkeep;
mod writer;

pub use error::Error;
pub use options::Options;
pub use pipeline::Shard;
pub use service::Delivery;
