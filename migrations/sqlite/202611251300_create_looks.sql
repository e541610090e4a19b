-- What names look like, so that none is taken that people could mistake for another's. A name has one look or two.
CREATE TABLE looks (
    site INTEGER NOT NULL,
    look TEXT NOT NULL,
    name TEXT NOT NULL,
    PRIMARY KEY (site, look)
) STRICT, WITHOUT ROWID;
CREATE INDEX looks_name ON looks (site, name);
