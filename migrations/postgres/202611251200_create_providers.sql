-- OpenID Connect providers of organizations, which vouch for newcomers at their sites. settings: JSON, so that a new one
-- needs no migration.
CREATE TABLE providers (
    org        bigint NOT NULL,
    id         bigint GENERATED ALWAYS AS IDENTITY,
    label      text NOT NULL,
    issuer     text NOT NULL,
    settings   text NOT NULL,
    version    bigint NOT NULL DEFAULT 1,
    created_ms bigint NOT NULL,
    PRIMARY KEY (org, id)
);
