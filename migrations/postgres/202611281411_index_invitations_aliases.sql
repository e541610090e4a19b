-- no-transaction
-- Which invitation keeps an alias is asked for every alias of a page.
CREATE INDEX CONCURRENTLY IF NOT EXISTS invitations_aliases ON invitations (site, alias, id) WHERE alias IS NOT NULL;
