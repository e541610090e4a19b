-- Certificates that sites' administrators brought; each stands in for what edges have in their folders.

-- version: of the list of sites, when it came: never that of another. chain, private_key: PEM.
CREATE TABLE certificates (
    site        bigint PRIMARY KEY,
    version     bigint NOT NULL,
    chain       text NOT NULL,
    private_key bytea NOT NULL,
    expires_ms  bigint NOT NULL,
    made_by     text NOT NULL,
    created_ms  bigint NOT NULL
);
