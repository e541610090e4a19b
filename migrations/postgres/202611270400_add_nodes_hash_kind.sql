-- How secret_hash was made. 0: SHA-256, once. 1: SHA-256, 22,389 times over, as the reference server does; until the
-- node's next login, which makes it 0.
ALTER TABLE nodes ADD COLUMN hash_kind smallint NOT NULL DEFAULT 0;
