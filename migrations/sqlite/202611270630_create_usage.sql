-- What each site was used for, day by day. day: days since 1970, in UTC.

-- What is settled, and what is looked at now and then: members, links_peak.
CREATE TABLE usage_days (
    site       INTEGER NOT NULL,
    day        INTEGER NOT NULL,
    members    INTEGER NOT NULL DEFAULT 0,
    active     INTEGER NOT NULL DEFAULT 0,
    messages   INTEGER NOT NULL DEFAULT 0,
    octets     INTEGER NOT NULL DEFAULT 0,
    links_peak INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (site, day)
) STRICT, WITHOUT ROWID;
CREATE INDEX usage_days_day ON usage_days (day);

-- What was sent, counted in the transactions that take the messages. Lanes are for databases with many
-- writers. Full days are settled: added to usage_days, and removed here.
CREATE TABLE usage_sent (
    site     INTEGER NOT NULL,
    day      INTEGER NOT NULL,
    lane     INTEGER NOT NULL,
    messages INTEGER NOT NULL,
    octets   INTEGER NOT NULL,
    PRIMARY KEY (site, day, lane)
) STRICT, WITHOUT ROWID;
CREATE INDEX usage_sent_day ON usage_sent (day);

-- Who was there, until it is settled how many they were.
CREATE TABLE usage_active (
    site INTEGER NOT NULL,
    day  INTEGER NOT NULL,
    uid  TEXT NOT NULL,
    PRIMARY KEY (site, day, uid)
) STRICT, WITHOUT ROWID;
CREATE INDEX usage_active_day ON usage_active (day);
