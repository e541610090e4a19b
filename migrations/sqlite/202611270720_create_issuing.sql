-- Sites whose certificates an authority issues, again and again before they end.

-- next_ms: when it is to be looked at next. failures: tries in a row that failed. problem: why the last one did.
CREATE TABLE issuing (
    site       INTEGER PRIMARY KEY,
    made_by    TEXT NOT NULL,
    created_ms INTEGER NOT NULL,
    next_ms    INTEGER NOT NULL,
    failures   INTEGER NOT NULL DEFAULT 0,
    problem    TEXT
) STRICT;
CREATE INDEX issuing_next ON issuing (next_ms);

-- What edges show to the authority when it looks whether a host name leads to them, and only while it looks.
-- version: as that of certificates. chain, private_key: PEM.
CREATE TABLE proofs (
    site        INTEGER NOT NULL,
    host        TEXT NOT NULL,
    version     INTEGER NOT NULL,
    chain       TEXT NOT NULL,
    private_key BLOB NOT NULL,
    PRIMARY KEY (site, host)
) STRICT;
