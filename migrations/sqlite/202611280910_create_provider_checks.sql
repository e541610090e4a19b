-- When each provider that vouches for newcomers was asked for its keys last, since when it has not given them (0: it has),
-- and why.
CREATE TABLE provider_checks (
    provider   INTEGER PRIMARY KEY,
    org        INTEGER NOT NULL,
    checked_ms INTEGER NOT NULL,
    failing_ms INTEGER NOT NULL DEFAULT 0,
    why        TEXT NOT NULL DEFAULT ''
) STRICT;
