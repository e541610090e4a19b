//! For tests: a scripted client, a breakable proxy, private Postgres and Redis, a whole cluster.
