//! The whole service through its gRPC client, in process: SQLite, an in-process bus, bodies in a directory.

#[cfg(test)]
mod bodies;
#[cfg(test)]
mod bursts;
#[cfg(test)]
mod groups;
#[cfg(test)]
mod limits;
#[cfg(test)]
mod logins;
#[cfg(test)]
mod memory;
#[cfg(test)]
mod notify;
#[cfg(test)]
mod outage;
#[cfg(test)]
mod pings;
#[cfg(test)]
mod posts;
#[cfg(test)]
mod presence;
#[cfg(test)]
mod process;
#[cfg(test)]
mod retention;
#[cfg(test)]
mod retries;
#[cfg(test)]
mod rig;
#[cfg(test)]
mod storm;
#[cfg(test)]
mod tenancy;
#[cfg(test)]
mod users;
