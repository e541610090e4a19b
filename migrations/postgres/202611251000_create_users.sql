-- People who administer, how they sign in, and where they are signed in. org 0 is the provider's.

-- password: argon2id in the PHC form, empty for none. totp: the secret of the second factor; totp_new: one that is not
-- confirmed yet; totp_step: the step of the last code taken, so that none is taken twice. Times: 0 is never.
CREATE TABLE users (
    id           bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    org          bigint NOT NULL,
    email        text NOT NULL UNIQUE,
    name         text NOT NULL,
    role         text NOT NULL,
    password     text NOT NULL DEFAULT '',
    totp         bytea,
    totp_new     bytea,
    totp_step    bigint NOT NULL DEFAULT 0,
    suspended    boolean NOT NULL DEFAULT false,
    version      bigint NOT NULL DEFAULT 1,
    created_ms   bigint NOT NULL,
    signed_in_ms bigint NOT NULL DEFAULT 0
);
CREATE INDEX users_org ON users (org, id);

-- hash: SHA-256 of what the browser keeps.
CREATE TABLE user_sessions (
    id         bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    org        bigint NOT NULL,
    user_id    bigint NOT NULL,
    hash       bytea NOT NULL UNIQUE,
    address    text NOT NULL,
    agent      text NOT NULL,
    created_ms bigint NOT NULL,
    used_ms    bigint NOT NULL
);
CREATE INDEX user_sessions_user ON user_sessions (org, user_id, id);

-- Links that sign somebody in once. user_id 0: whoever follows it becomes the first operator.
CREATE TABLE user_links (
    hash       bytea PRIMARY KEY,
    org        bigint NOT NULL,
    user_id    bigint NOT NULL,
    purpose    text NOT NULL,
    created_ms bigint NOT NULL,
    expires_ms bigint NOT NULL
);
CREATE INDEX user_links_user ON user_links (org, user_id);

-- What stands in for a second factor that was lost, each once. hash: SHA-256 of the user's id and the code.
CREATE TABLE user_recovery_codes (
    org     bigint NOT NULL,
    user_id bigint NOT NULL,
    hash    bytea NOT NULL,
    PRIMARY KEY (org, user_id, hash)
);
