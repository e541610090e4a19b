-- OpenID Connect providers that people who administer sign in with. settings: JSON, so that a new one needs no migration.
-- secret: what we prove ourselves with there, empty for none; no API gives it out.
CREATE TABLE user_providers (
    org        INTEGER NOT NULL,
    id         INTEGER PRIMARY KEY AUTOINCREMENT,
    label      TEXT NOT NULL,
    issuer     TEXT NOT NULL,
    settings   TEXT NOT NULL,
    secret     TEXT NOT NULL,
    version    INTEGER NOT NULL DEFAULT 1,
    created_ms INTEGER NOT NULL
) STRICT;
CREATE INDEX user_providers_org ON user_providers (org, id);

-- Of which e-mail domains a provider's people are, in lower case.
CREATE TABLE user_provider_domains (
    domain   TEXT NOT NULL,
    provider INTEGER NOT NULL,
    org      INTEGER NOT NULL,
    PRIMARY KEY (domain, provider)
) STRICT, WITHOUT ROWID;
CREATE INDEX user_provider_domains_org ON user_provider_domains (org, provider);

-- Who somebody is at a provider: issuer and subject never change hands, addresses do. One of an issuer for each.
CREATE TABLE user_identities (
    org        INTEGER NOT NULL,
    issuer     TEXT NOT NULL,
    subject    TEXT NOT NULL,
    user_id    INTEGER NOT NULL,
    created_ms INTEGER NOT NULL,
    PRIMARY KEY (org, issuer, subject),
    UNIQUE (org, user_id, issuer)
) STRICT, WITHOUT ROWID;

-- Sign-ins under way. hash: SHA-256 of what the browser keeps. user_id: whose, once the provider has said so and a second
-- factor is still to come; 0 before.
CREATE TABLE user_sign_ins (
    hash       BLOB PRIMARY KEY,
    org        INTEGER NOT NULL,
    provider   INTEGER NOT NULL,
    user_id    INTEGER NOT NULL,
    expires_ms INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX user_sign_ins_end ON user_sign_ins (expires_ms);
