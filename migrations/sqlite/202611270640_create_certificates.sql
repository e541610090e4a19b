-- Certificates that sites' administrators brought; each stands in for what edges have in their folders.

-- version: of the list of sites, when it came: never that of another. chain, private_key: PEM.
CREATE TABLE certificates (
    site        INTEGER PRIMARY KEY,
    version     INTEGER NOT NULL,
    chain       TEXT NOT NULL,
    private_key BLOB NOT NULL,
    expires_ms  INTEGER NOT NULL,
    made_by     TEXT NOT NULL,
    created_ms  INTEGER NOT NULL
) STRICT;
