-- When each provider that vouches for newcomers was asked for its keys last, since when it has not given them (0: it has),
-- and why.
CREATE TABLE provider_checks (
    provider   bigint PRIMARY KEY,
    org        bigint NOT NULL,
    checked_ms bigint NOT NULL,
    failing_ms bigint NOT NULL DEFAULT 0,
    why        text NOT NULL DEFAULT ''
);
