//! Steps whose statements suit both databases as they are.

pub(crate) mod admissions;
pub(crate) mod expiry;
pub(crate) mod groups;
pub(crate) mod members;
pub(crate) mod notices;
pub(crate) mod presence;
pub(crate) mod queue;
pub(crate) mod requests;
pub(crate) mod sessions;
pub(crate) mod sign_ins;
pub(crate) mod sites;
pub(crate) mod upkeep;
pub(crate) mod usage;
