-- Who may register at a site that takes an invitation for it, and what the sign-in of members needs.

-- code_hash: SHA-256 of the code. alias: what its member will be called; a retired name until then. Times: 0 is never.
CREATE TABLE invitations (
    site       bigint NOT NULL,
    id         bigint GENERATED ALWAYS AS IDENTITY,
    code_hash  bytea NOT NULL,
    alias      text COLLATE "C",
    email      text,
    name       text,
    uses_max   bigint NOT NULL,
    uses_left  bigint NOT NULL,
    made_by    text NOT NULL,
    created_ms bigint NOT NULL,
    expires_ms bigint NOT NULL DEFAULT 0,
    revoked_ms bigint NOT NULL DEFAULT 0,
    PRIMARY KEY (site, id),
    UNIQUE (site, code_hash),
    CHECK (uses_left BETWEEN 0 AND uses_max)
);

-- What signs the tokens of a site's own sign-in. public_key: a JWK.
CREATE TABLE signing_keys (
    site        bigint NOT NULL,
    kid         text COLLATE "C" NOT NULL,
    private_key bytea NOT NULL,
    public_key  text NOT NULL,
    created_ms  bigint NOT NULL,
    PRIMARY KEY (site, kid)
);

-- Authorization codes that were given and not yet exchanged for a token. code_hash: SHA-256 of the code.
CREATE TABLE grants (
    site         bigint NOT NULL,
    code_hash    bytea NOT NULL,
    invitation   bigint NOT NULL,
    challenge    text NOT NULL,
    redirect_uri text NOT NULL,
    nonce        text,
    expires_ms   bigint NOT NULL,
    PRIMARY KEY (site, code_hash)
);
CREATE INDEX grants_expires ON grants (expires_ms);

-- Tokens that were accepted, until they expire. digest: SHA-256 of what was signed.
CREATE TABLE spent_tokens (
    site       bigint NOT NULL,
    digest     bytea NOT NULL,
    expires_ms bigint NOT NULL,
    PRIMARY KEY (site, digest)
);
CREATE INDEX spent_tokens_expires ON spent_tokens (expires_ms);
