-- no-transaction
CREATE INDEX CONCURRENTLY IF NOT EXISTS names_not_looked ON names (site, name) WHERE NOT looked;
