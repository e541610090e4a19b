//! Organizations, sites, policies: everything that is not on the path of a message.
