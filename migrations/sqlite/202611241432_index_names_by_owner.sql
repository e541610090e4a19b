CREATE INDEX names_owner ON names (site, uid) WHERE uid IS NOT NULL;
