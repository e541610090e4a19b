-- no-transaction
CREATE INDEX CONCURRENTLY IF NOT EXISTS sites_org ON sites (org, id);
