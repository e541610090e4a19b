-- no-transaction
-- An address is that user's who has a password with it: no other gets one. Who signs in with a provider needs none.
CREATE UNIQUE INDEX CONCURRENTLY IF NOT EXISTS users_with_password ON users (email) WHERE password <> '';
