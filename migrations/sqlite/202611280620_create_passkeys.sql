-- Passkeys of people who administer (WebAuthn).

-- credential: its id, as the authenticator has it. kept: what signatures are checked with, and how often it signed, as JSON.
-- Times: 0 is never.
CREATE TABLE passkeys (
    id         INTEGER PRIMARY KEY AUTOINCREMENT,
    org        INTEGER NOT NULL,
    user_id    INTEGER NOT NULL,
    credential BLOB NOT NULL UNIQUE,
    label      TEXT NOT NULL,
    kept       TEXT NOT NULL,
    created_ms INTEGER NOT NULL,
    used_ms    INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE INDEX passkeys_user ON passkeys (org, user_id, id);

-- What an authenticator was asked and has not answered yet. hash: SHA-256 of what the browser keeps. user_id: who adds a
-- passkey; 0 where somebody signs in, whom the answer will tell. state: what the answer is checked with, as JSON.
CREATE TABLE passkey_challenges (
    hash       BLOB PRIMARY KEY,
    org        INTEGER NOT NULL,
    user_id    INTEGER NOT NULL,
    state      TEXT NOT NULL,
    expires_ms INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX passkey_challenges_end ON passkey_challenges (expires_ms);
