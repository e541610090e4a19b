//! For tests: a scripted client, a breakable proxy, private Postgres and Redis, a whole cluster.

pub mod ask;
pub mod client;
pub mod leash;
pub mod load;
pub mod pebble;
pub mod pki;
pub mod ports;
pub mod postgres;
pub mod process;
pub mod proxy;
pub mod received;
pub mod redis;
pub mod s3;
pub mod server;
pub mod suite;
pub mod talk;
pub mod tap;
pub mod tls;
mod turn;
