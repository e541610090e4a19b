-- Who may register at a site that takes an invitation for it, and what the sign-in of members needs.

-- code_hash: SHA-256 of the code. alias: what its member will be called; a retired name until then. Times: 0 is never.
CREATE TABLE invitations (
    site       INTEGER NOT NULL,
    id         INTEGER PRIMARY KEY AUTOINCREMENT,
    code_hash  BLOB NOT NULL,
    alias      TEXT,
    email      TEXT,
    name       TEXT,
    uses_max   INTEGER NOT NULL,
    uses_left  INTEGER NOT NULL,
    made_by    TEXT NOT NULL,
    created_ms INTEGER NOT NULL,
    expires_ms INTEGER NOT NULL DEFAULT 0,
    revoked_ms INTEGER NOT NULL DEFAULT 0,
    UNIQUE (site, id),
    UNIQUE (site, code_hash),
    CHECK (uses_left BETWEEN 0 AND uses_max)
) STRICT;

-- What signs the tokens of a site's own sign-in. public_key: a JWK.
CREATE TABLE signing_keys (
    site        INTEGER NOT NULL,
    kid         TEXT NOT NULL,
    private_key BLOB NOT NULL,
    public_key  TEXT NOT NULL,
    created_ms  INTEGER NOT NULL,
    PRIMARY KEY (site, kid)
) STRICT, WITHOUT ROWID;

-- Authorization codes that were given and not yet exchanged for a token. code_hash: SHA-256 of the code.
CREATE TABLE grants (
    site         INTEGER NOT NULL,
    code_hash    BLOB NOT NULL,
    invitation   INTEGER NOT NULL,
    challenge    TEXT NOT NULL,
    redirect_uri TEXT NOT NULL,
    nonce        TEXT,
    expires_ms   INTEGER NOT NULL,
    PRIMARY KEY (site, code_hash)
) STRICT, WITHOUT ROWID;
CREATE INDEX grants_expires ON grants (expires_ms);

-- Tokens that were accepted, until they expire. digest: SHA-256 of what was signed.
CREATE TABLE spent_tokens (
    site       INTEGER NOT NULL,
    digest     BLOB NOT NULL,
    expires_ms INTEGER NOT NULL,
    PRIMARY KEY (site, digest)
) STRICT, WITHOUT ROWID;
CREATE INDEX spent_tokens_expires ON spent_tokens (expires_ms);
