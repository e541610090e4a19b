-- Sites whose certificates an authority issues, again and again before they end.

-- next_ms: when it is to be looked at next. failures: tries in a row that failed. problem: why the last one did.
CREATE TABLE issuing (
    site       bigint PRIMARY KEY,
    made_by    text NOT NULL,
    created_ms bigint NOT NULL,
    next_ms    bigint NOT NULL,
    failures   bigint NOT NULL DEFAULT 0,
    problem    text
);
CREATE INDEX issuing_next ON issuing (next_ms);

-- What edges show to the authority when it looks whether a host name leads to them, and only while it looks.
-- version: as that of certificates. chain, private_key: PEM.
CREATE TABLE proofs (
    site        bigint NOT NULL,
    host        text NOT NULL,
    version     bigint NOT NULL,
    chain       text NOT NULL,
    private_key bytea NOT NULL,
    PRIMARY KEY (site, host)
);
