-- Organizations, who may act for them, and what was done. Keys start with the organization: 0 is the provider itself.

-- limits: JSON, so that a new one needs no migration.
CREATE TABLE orgs (
    id         INTEGER PRIMARY KEY AUTOINCREMENT,
    name       TEXT NOT NULL,
    limits     TEXT NOT NULL,
    version    INTEGER NOT NULL DEFAULT 1,
    created_ms INTEGER NOT NULL
) STRICT;
-- The provider's own: as much as there can be.
INSERT INTO orgs (name, limits, created_ms)
VALUES ('Default organization',
        '{"sites_max":1000000,"message_octets_max":70368744177664,"nodes_per_member_max":100,"queued_octets_max":1125899906842624}', CAST(strftime('%s', 'now') AS INTEGER) * 1000);

-- Sites made before belong to the default organization, and so do those that a former release makes.
-- (SQLite takes no REFERENCES on a column that is added with a default.)
ALTER TABLE sites ADD COLUMN org INTEGER NOT NULL DEFAULT 1;
ALTER TABLE sites ADD COLUMN version INTEGER NOT NULL DEFAULT 1;

-- hash: SHA-256 of the key. Times: 0 is never.
CREATE TABLE api_keys (
    id         INTEGER PRIMARY KEY AUTOINCREMENT,
    org        INTEGER NOT NULL,
    name       TEXT NOT NULL,
    role       TEXT NOT NULL,
    hash       BLOB NOT NULL UNIQUE,
    hint       TEXT NOT NULL,
    made_by    TEXT NOT NULL,
    created_ms INTEGER NOT NULL,
    expires_ms INTEGER NOT NULL DEFAULT 0,
    revoked_ms INTEGER NOT NULL DEFAULT 0,
    used_ms    INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE INDEX api_keys_org ON api_keys (org, id);

-- What was done, for each organization in a chain: hash covers the row and the hash before it.
CREATE TABLE audit (
    org     INTEGER NOT NULL,
    seq     INTEGER NOT NULL,
    at_ms   INTEGER NOT NULL,
    actor   TEXT NOT NULL,
    address TEXT NOT NULL,
    action  TEXT NOT NULL,
    site    INTEGER NOT NULL,
    target  TEXT NOT NULL,
    was     TEXT,
    became  TEXT,
    hash    BLOB NOT NULL,
    PRIMARY KEY (org, seq)
) STRICT, WITHOUT ROWID;

-- The end of each chain, so that a chain cut short is noticed.
CREATE TABLE audit_heads (
    org  INTEGER PRIMARY KEY,
    seq  INTEGER NOT NULL,
    hash BLOB NOT NULL
) STRICT;

CREATE TRIGGER audit_not_updated BEFORE UPDATE ON audit
BEGIN SELECT RAISE(ABORT, 'the audit log is only ever appended to'); END;
CREATE TRIGGER audit_not_deleted BEFORE DELETE ON audit
BEGIN SELECT RAISE(ABORT, 'the audit log is only ever appended to'); END;

-- Answers to creations that carried an Idempotency-Key, for a day. caller: the API key's id.
CREATE TABLE replies (
    caller     INTEGER NOT NULL,
    name       TEXT NOT NULL,
    digest     BLOB NOT NULL,
    reply      TEXT NOT NULL,
    created_ms INTEGER NOT NULL,
    PRIMARY KEY (caller, name)
) STRICT, WITHOUT ROWID;
CREATE INDEX replies_created ON replies (created_ms);
