-- Orders of certificates are bounded, and who makes one keeps it.

-- busy_until_ms: until when the site is somebody's who orders for it; it is the mark of that order, too.
ALTER TABLE issuing ADD COLUMN busy_until_ms INTEGER NOT NULL DEFAULT 0;

-- What was ordered in the last hour; it stays when nobody wants certificates to be issued any more.
CREATE TABLE orders (
    site  INTEGER NOT NULL,
    org   INTEGER NOT NULL,
    at_ms INTEGER NOT NULL
) STRICT;
CREATE INDEX orders_at ON orders (at_ms);
