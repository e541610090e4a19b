//! The edge: terminates TLS, speaks TMTP to clients and gRPC to delivery. It holds the live links, no durable state,
//! and never sees the store.
//!
//! A link's life is in [`link`], a session's in [`session`]; how calls find a live delivery process in [`upstream`].

mod accept;
mod acks;
mod authorities;
mod beat;
mod certificates;
mod doubts;
mod edge;
mod ends;
mod frames;
mod hints;
mod lanes;
mod link;
pub mod options;
mod pace;
mod presence;
mod registry;
mod session;
mod sites;
mod tickets;
mod tls;
pub mod upstream;

pub use edge::{Edge, Error};
pub use options::{Options, TlsOptions};
pub use tls::{Error as CertificateError, check as check_certificates};
pub use upstream::Upstream;
