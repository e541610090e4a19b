-- What became of the last mail to somebody who was invited: to a site, or (site 0) to administer. state: 0 it waits, 1 the mail
-- server has it, 2 it could not be sent, and why. at_ms: since when.
CREATE TABLE mails (
    org   INTEGER NOT NULL,
    site  INTEGER NOT NULL,
    id    INTEGER NOT NULL,
    state INTEGER NOT NULL,
    at_ms INTEGER NOT NULL,
    why   TEXT NOT NULL,
    PRIMARY KEY (org, site, id)
) STRICT, WITHOUT ROWID;
CREATE INDEX mails_site ON mails (site, id);
