-- What each site was used for, day by day. day: days since 1970, in UTC.

-- What is settled, and what is looked at now and then: members, links_peak.
CREATE TABLE usage_days (
    site       bigint NOT NULL,
    day        bigint NOT NULL,
    members    bigint NOT NULL DEFAULT 0,
    active     bigint NOT NULL DEFAULT 0,
    messages   bigint NOT NULL DEFAULT 0,
    octets     bigint NOT NULL DEFAULT 0,
    links_peak bigint NOT NULL DEFAULT 0,
    PRIMARY KEY (site, day)
);
CREATE INDEX usage_days_day ON usage_days (day);

-- What was sent, counted in the transactions that take the messages. Connections count in lanes of their own, so that
-- they do not wait for one another. Full days are settled: added to usage_days, and removed here.
CREATE TABLE usage_sent (
    site     bigint NOT NULL,
    day      bigint NOT NULL,
    lane     bigint NOT NULL,
    messages bigint NOT NULL,
    octets   bigint NOT NULL,
    PRIMARY KEY (site, day, lane)
) WITH (fillfactor = 50);
CREATE INDEX usage_sent_day ON usage_sent (day);

-- Who was there, until it is settled how many they were.
CREATE TABLE usage_active (
    site bigint NOT NULL,
    day  bigint NOT NULL,
    uid  text COLLATE "C" NOT NULL,
    PRIMARY KEY (site, day, uid)
);
CREATE INDEX usage_active_day ON usage_active (day);
