-- no-transaction
-- An address is that user's who was the first to sign in with it: no other signs in.
CREATE UNIQUE INDEX CONCURRENTLY IF NOT EXISTS users_held ON users (email) WHERE signed_in_ms > 0;
