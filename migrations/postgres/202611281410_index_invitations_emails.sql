-- no-transaction
-- Whether somebody was invited to a site before is asked for every row of a file.
CREATE INDEX CONCURRENTLY IF NOT EXISTS invitations_emails ON invitations (site, lower(email), id) WHERE email IS NOT NULL;
