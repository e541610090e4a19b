//! The messages our services exchange, made from the .proto files at build time.

/// Edge to delivery: the service, its messages, and the hints that delivery publishes on the bus.
#[allow(missing_docs, clippy::all, clippy::pedantic, unused_qualifications)]
pub mod delivery {
    tonic::include_proto!("tmtp.delivery.v1");
}
