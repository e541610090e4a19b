-- no-transaction
CREATE INDEX CONCURRENTLY IF NOT EXISTS names_owner ON names (site, uid) WHERE uid IS NOT NULL;
