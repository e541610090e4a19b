-- no-transaction
-- users_with_password took its place.
DROP INDEX CONCURRENTLY IF EXISTS users_held;
