-- An address is unique among those who signed in, and within an organization. SQLite takes a rule away with its table.
CREATE TABLE users_anew (
    id           INTEGER PRIMARY KEY AUTOINCREMENT,
    org          INTEGER NOT NULL,
    email        TEXT NOT NULL,
    name         TEXT NOT NULL,
    role         TEXT NOT NULL,
    password     TEXT NOT NULL DEFAULT '',
    totp         BLOB,
    totp_new     BLOB,
    totp_step    INTEGER NOT NULL DEFAULT 0,
    suspended    INTEGER NOT NULL DEFAULT 0,
    version      INTEGER NOT NULL DEFAULT 1,
    created_ms   INTEGER NOT NULL,
    signed_in_ms INTEGER NOT NULL DEFAULT 0
) STRICT;
INSERT INTO users_anew SELECT id, org, email, name, role, password, totp, totp_new, totp_step, suspended, version,
    created_ms, signed_in_ms FROM users;
-- No id is given again, not even that of somebody who was removed last.
DELETE FROM sqlite_sequence WHERE name = 'users_anew';
INSERT INTO sqlite_sequence (name, seq) SELECT 'users_anew', seq FROM sqlite_sequence WHERE name = 'users';
DROP TABLE users;
ALTER TABLE users_anew RENAME TO users;
CREATE INDEX users_org ON users (org, id);
CREATE UNIQUE INDEX users_invited ON users (org, email);
CREATE UNIQUE INDEX users_held ON users (email) WHERE signed_in_ms > 0;
CREATE INDEX users_emails ON users (email, id);
