-- Aliases that an administrator gave to members whose devices have not been told yet.
CREATE TABLE given_aliases (
    site  bigint NOT NULL,
    alias text COLLATE "C" NOT NULL,
    uid   text COLLATE "C" NOT NULL,
    PRIMARY KEY (site, alias)
);
