-- no-transaction
-- Who was invited under an address, whichever organization did.
CREATE INDEX CONCURRENTLY IF NOT EXISTS users_emails ON users (email, id);
