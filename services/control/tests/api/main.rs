//! The REST API over HTTP, on a real store.
#![cfg(test)]

mod creating;
mod effects;
mod keys;
mod limits;
mod lists;
mod problems;
mod stage;
mod tenancy;
