-- no-transaction
CREATE INDEX CONCURRENTLY IF NOT EXISTS members_strangers ON members (site, created_ms) WHERE stranger;
