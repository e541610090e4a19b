-- Passkeys of people who administer (WebAuthn).

-- credential: its id, as the authenticator has it. kept: what signatures are checked with, and how often it signed, as JSON.
-- Times: 0 is never.
CREATE TABLE passkeys (
    id         bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    org        bigint NOT NULL,
    user_id    bigint NOT NULL,
    credential bytea NOT NULL UNIQUE,
    label      text NOT NULL,
    kept       text NOT NULL,
    created_ms bigint NOT NULL,
    used_ms    bigint NOT NULL DEFAULT 0
);
CREATE INDEX passkeys_user ON passkeys (org, user_id, id);

-- What an authenticator was asked and has not answered yet. hash: SHA-256 of what the browser keeps. user_id: who adds a
-- passkey; 0 where somebody signs in, whom the answer will tell. state: what the answer is checked with, as JSON.
CREATE TABLE passkey_challenges (
    hash       bytea PRIMARY KEY,
    org        bigint NOT NULL,
    user_id    bigint NOT NULL,
    state      text NOT NULL,
    expires_ms bigint NOT NULL
);
CREATE INDEX passkey_challenges_end ON passkey_challenges (expires_ms);
