-- Aliases that an administrator gave to members whose devices have not been told yet.
CREATE TABLE given_aliases (
    site  INTEGER NOT NULL,
    alias TEXT NOT NULL,
    uid   TEXT NOT NULL,
    PRIMARY KEY (site, alias)
) STRICT, WITHOUT ROWID;
