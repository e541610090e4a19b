-- People who administer, how they sign in, and where they are signed in. org 0 is the provider's.

-- password: argon2id in the PHC form, empty for none. totp: the secret of the second factor; totp_new: one that is not
-- confirmed yet; totp_step: the step of the last code taken, so that none is taken twice. Times: 0 is never.
CREATE TABLE users (
    id           INTEGER PRIMARY KEY AUTOINCREMENT,
    org          INTEGER NOT NULL,
    email        TEXT NOT NULL UNIQUE,
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
CREATE INDEX users_org ON users (org, id);

-- hash: SHA-256 of what the browser keeps.
CREATE TABLE user_sessions (
    id         INTEGER PRIMARY KEY AUTOINCREMENT,
    org        INTEGER NOT NULL,
    user_id    INTEGER NOT NULL,
    hash       BLOB NOT NULL UNIQUE,
    address    TEXT NOT NULL,
    agent      TEXT NOT NULL,
    created_ms INTEGER NOT NULL,
    used_ms    INTEGER NOT NULL
) STRICT;
CREATE INDEX user_sessions_user ON user_sessions (org, user_id, id);

-- Links that sign somebody in once. user_id 0: whoever follows it becomes the first operator.
CREATE TABLE user_links (
    hash       BLOB PRIMARY KEY,
    org        INTEGER NOT NULL,
    user_id    INTEGER NOT NULL,
    purpose    TEXT NOT NULL,
    created_ms INTEGER NOT NULL,
    expires_ms INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX user_links_user ON user_links (org, user_id);

-- What stands in for a second factor that was lost, each once. hash: SHA-256 of the user's id and the code.
CREATE TABLE user_recovery_codes (
    org     INTEGER NOT NULL,
    user_id INTEGER NOT NULL,
    hash    BLOB NOT NULL,
    PRIMARY KEY (org, user_id, hash)
) STRICT, WITHOUT ROWID;
