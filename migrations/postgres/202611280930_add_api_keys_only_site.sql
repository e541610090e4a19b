-- The one site that a key is for; 0: all that is its organization's.
ALTER TABLE api_keys ADD COLUMN only_site bigint NOT NULL DEFAULT 0;
