-- What became of the last mail to somebody who was invited: to a site, or (site 0) to administer. state: 0 it waits, 1 the mail
-- server has it, 2 it could not be sent, and why. at_ms: since when.
CREATE TABLE mails (
    org   bigint NOT NULL,
    site  bigint NOT NULL,
    id    bigint NOT NULL,
    state bigint NOT NULL,
    at_ms bigint NOT NULL,
    why   text NOT NULL,
    PRIMARY KEY (org, site, id)
);
CREATE INDEX mails_site ON mails (site, id);
