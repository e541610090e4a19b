//! For tests: a scripted client, a breakable proxy, private Postgres and Redis, a whole cluster.

pub mod leash;
pub mod ports;
pub mod postgres;
pub mod proxy;
pub mod redis;
