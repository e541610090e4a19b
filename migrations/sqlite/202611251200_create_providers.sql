-- OpenID Connect providers of organizations, which vouch for newcomers at their sites. settings: JSON, so that a new one
-- needs no migration.
CREATE TABLE providers (
    org        INTEGER NOT NULL,
    id         INTEGER PRIMARY KEY AUTOINCREMENT,
    label      TEXT NOT NULL,
    issuer     TEXT NOT NULL,
    settings   TEXT NOT NULL,
    version    INTEGER NOT NULL DEFAULT 1,
    created_ms INTEGER NOT NULL
) STRICT;
CREATE INDEX providers_org ON providers (org, id);
