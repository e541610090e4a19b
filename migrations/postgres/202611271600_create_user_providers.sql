-- OpenID Connect providers that people who administer sign in with. settings: JSON, so that a new one needs no migration.
-- secret: what we prove ourselves with there, empty for none; no API gives it out.
CREATE TABLE user_providers (
    org        bigint NOT NULL,
    id         bigint GENERATED ALWAYS AS IDENTITY,
    label      text NOT NULL,
    issuer     text NOT NULL,
    settings   text NOT NULL,
    secret     text NOT NULL,
    version    bigint NOT NULL DEFAULT 1,
    created_ms bigint NOT NULL,
    PRIMARY KEY (org, id)
);

-- Of which e-mail domains a provider's people are, in lower case.
CREATE TABLE user_provider_domains (
    domain   text NOT NULL,
    provider bigint NOT NULL,
    org      bigint NOT NULL,
    PRIMARY KEY (domain, provider)
);
CREATE INDEX user_provider_domains_org ON user_provider_domains (org, provider);

-- Who somebody is at a provider: issuer and subject never change hands, addresses do. One of an issuer for each.
CREATE TABLE user_identities (
    org        bigint NOT NULL,
    issuer     text NOT NULL,
    subject    text NOT NULL,
    user_id    bigint NOT NULL,
    created_ms bigint NOT NULL,
    PRIMARY KEY (org, issuer, subject),
    UNIQUE (org, user_id, issuer)
);

-- Sign-ins under way. hash: SHA-256 of what the browser keeps. user_id: whose, once the provider has said so and a second
-- factor is still to come; 0 before.
CREATE TABLE user_sign_ins (
    hash       bytea PRIMARY KEY,
    org        bigint NOT NULL,
    provider   bigint NOT NULL,
    user_id    bigint NOT NULL,
    expires_ms bigint NOT NULL
);
CREATE INDEX user_sign_ins_end ON user_sign_ins (expires_ms);
