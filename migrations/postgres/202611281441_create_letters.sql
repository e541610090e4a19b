-- How many invitations an organization had mailed on a day (UTC, since 1970): to each address, by its SHA-256, and in all,
-- under an empty one. Days that are over go.
CREATE TABLE letters (
    org  bigint NOT NULL,
    day  bigint NOT NULL,
    whom bytea NOT NULL,
    sent bigint NOT NULL,
    PRIMARY KEY (org, day, whom)
);
