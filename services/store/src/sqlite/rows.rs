//! Many rows as two values of one statement: numbers and texts as JSON, and all octets one after the other.
//!
//! SQLite takes no lists, and each statement costs a way to the thread that runs it and back. `json_each($1)` yields a row of a
//! list as `value`, in order; `value ->> n` is its column n. `substr($2, from, octets)` is a part of the octets.

use serde::Serialize;

use crate::{Error, Result};

/// Rows as a JSON list of lists.
pub(super) fn json<T: Serialize>(rows: impl IntoIterator<Item = T>) -> Result<String> {
    let rows: Vec<T> = rows.into_iter().collect();
    serde_json::to_string(&rows).map_err(|error| Error::Defect(error.to_string()))
}

/// Octets of many rows, one after the other.
#[derive(Default)]
pub(super) struct Octets(pub(super) Vec<u8>);

impl Octets {
    /// Adds some; returns where they begin, as `substr` counts, and how many they are.
    pub(super) fn add(&mut self, octets: &[u8]) -> (usize, usize) {
        let from = self.0.len() + 1;
        self.0.extend_from_slice(octets);
        (from, octets.len())
    }
}
