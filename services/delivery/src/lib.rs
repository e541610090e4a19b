//! Members, groups, queues: who gets a message, and its commit.
