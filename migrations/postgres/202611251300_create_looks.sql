-- What names look like, so that none is taken that people could mistake for another's. A name has one look or two.
CREATE TABLE looks (
    site bigint NOT NULL,
    look text COLLATE "C" NOT NULL,
    name text COLLATE "C" NOT NULL,
    PRIMARY KEY (site, look)
);
CREATE INDEX looks_name ON looks (site, name);
