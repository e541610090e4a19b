//! What every role does the same way: configuration, telemetry, health, lifecycle, time.
//!
//! The feature `server` (on by default) brings everything but [`clock`], [`backoff`] and [`build`], which clients use too; `tls` brings [`roots`], `outside` brings [`Outside`].

#[cfg(feature = "server")]
mod address;
pub mod backoff;
pub mod build;
pub mod clock;
#[cfg(feature = "server")]
pub mod config;
#[cfg(feature = "server")]
pub mod health;
#[cfg(feature = "server")]
pub mod lifecycle;
#[cfg(feature = "server")]
mod listener;
#[cfg(feature = "server")]
mod network;
#[cfg(feature = "outside")]
mod outside;
#[cfg(feature = "tls")]
mod roots;
#[cfg(feature = "server")]
mod secret;
#[cfg(feature = "server")]
mod shares;
#[cfg(feature = "server")]
mod shown;
#[cfg(feature = "server")]
mod stamps;
#[cfg(feature = "server")]
pub mod telemetry;
#[cfg(feature = "server")]
pub mod trace;

#[cfg(feature = "server")]
pub use address::dialable;
pub use backoff::Backoff;
pub use clock::{Clock, SystemClock};
#[cfg(feature = "server")]
pub use health::Health;
#[cfg(feature = "server")]
pub use lifecycle::{Signals, Tasks};
#[cfg(feature = "server")]
pub use listener::Bounded;
#[cfg(feature = "server")]
pub use network::{Network, NoNetwork, subscriber};
#[cfg(feature = "outside")]
pub use outside::{Outside, OutsideError};
#[cfg(feature = "tls")]
pub use roots::{NoRoots, roots};
#[cfg(feature = "server")]
pub use secret::Secret;
#[cfg(feature = "server")]
pub use shares::{Share, Shares};
#[cfg(feature = "server")]
pub use shown::shown_url;
#[cfg(feature = "server")]
pub use stamps::Stamps;
