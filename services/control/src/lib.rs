//! Organizations, sites, policies: everything that is not on the path of a message. That path works while no
//! control process runs.
//!
//! Today: sites, by command line. [`Sites`] is the way to change them, [`settings`] their settings in words.

mod check;
mod error;
mod role;
pub mod settings;
mod sites;

pub use error::{Error, Result};
pub use role::Control;
pub use sites::{Change, Heard, Sites};
