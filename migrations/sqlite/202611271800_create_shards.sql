-- Sites in several databases are for Postgres: here every site stays.
ALTER TABLE sites ADD COLUMN shard TEXT NOT NULL DEFAULT 'main';
ALTER TABLE sites ADD COLUMN moving_to TEXT;
ALTER TABLE sites ADD COLUMN away INTEGER NOT NULL DEFAULT 0;

CREATE TABLE shards (
    name   TEXT PRIMARY KEY,
    number INTEGER NOT NULL UNIQUE
) STRICT;

CREATE TABLE this_shard (
    one          INTEGER PRIMARY KEY CHECK (one = 1),
    name         TEXT NOT NULL,
    number       INTEGER NOT NULL,
    installation BLOB NOT NULL
) STRICT;
