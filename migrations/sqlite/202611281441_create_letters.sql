-- How many invitations an organization had mailed on a day (UTC, since 1970): to each address, by its SHA-256, and in all,
-- under an empty one. Days that are over go.
CREATE TABLE letters (
    org  INTEGER NOT NULL,
    day  INTEGER NOT NULL,
    whom BLOB  NOT NULL,
    sent INTEGER NOT NULL,
    PRIMARY KEY (org, day, whom)
) STRICT, WITHOUT ROWID;
