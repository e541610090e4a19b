-- Every key starts with the site: tenants are kept apart by it. Times are milliseconds since 1970.
-- Text compares octet by octet, which is SQLite's own way.

CREATE TABLE counters (
    name  TEXT PRIMARY KEY,
    value INTEGER NOT NULL
) STRICT;
INSERT INTO counters VALUES ('sites_version', 1), ('instance', 0), ('node', 0);

CREATE TABLE sites (
    id         INTEGER PRIMARY KEY AUTOINCREMENT,
    name       TEXT NOT NULL,
    suspended  INTEGER NOT NULL DEFAULT 0,
    settings   TEXT NOT NULL,
    created_ms INTEGER NOT NULL
) STRICT;

CREATE TABLE site_hosts (
    host TEXT PRIMARY KEY,
    site INTEGER NOT NULL REFERENCES sites (id)
) STRICT, WITHOUT ROWID;
CREATE INDEX site_hosts_site ON site_hosts (site);

CREATE TABLE edges (
    edge  TEXT PRIMARY KEY,
    beats INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE members (
    site       INTEGER NOT NULL,
    uid        TEXT NOT NULL,
    suspended  INTEGER NOT NULL DEFAULT 0,
    created_ms INTEGER NOT NULL,
    PRIMARY KEY (site, uid)
) STRICT, WITHOUT ROWID;

CREATE TABLE nodes (
    site        INTEGER NOT NULL,
    node        INTEGER NOT NULL,
    uid         TEXT NOT NULL,
    label       TEXT NOT NULL,
    secret_hash BLOB NOT NULL,
    revoked     INTEGER NOT NULL DEFAULT 0,
    epoch       INTEGER NOT NULL DEFAULT 0,
    edge        TEXT,
    ohi         INTEGER NOT NULL DEFAULT 0,
    created_ms  INTEGER NOT NULL,
    seen_ms     INTEGER NOT NULL,
    PRIMARY KEY (site, node),
    UNIQUE (site, secret_hash)
) STRICT, WITHOUT ROWID;
CREATE INDEX nodes_member ON nodes (site, uid);
CREATE INDEX nodes_edge ON nodes (edge, site, node) WHERE edge IS NOT NULL;

-- The nodes that may hold a session.
CREATE VIEW admitted_nodes AS
SELECT n.site, n.node, n.uid, n.secret_hash, n.epoch, n.edge
FROM nodes n
JOIN members m ON m.site = n.site AND m.uid = n.uid
JOIN sites s ON s.id = n.site
WHERE NOT n.revoked AND NOT m.suspended AND NOT s.suspended;

-- kind: 0 an alias, 1 a group, 2 retired.
CREATE TABLE names (
    site INTEGER NOT NULL,
    name TEXT NOT NULL,
    kind INTEGER NOT NULL,
    uid  TEXT,
    PRIMARY KEY (site, name),
    CHECK ((kind = 0) = (uid IS NOT NULL))
) STRICT, WITHOUT ROWID;

-- status: 0 invited, 1 joined, 2 barred.
CREATE TABLE group_members (
    site   INTEGER NOT NULL,
    gid    TEXT NOT NULL,
    uid    TEXT NOT NULL,
    alias  TEXT NOT NULL,
    status INTEGER NOT NULL,
    PRIMARY KEY (site, gid, uid)
) STRICT, WITHOUT ROWID;
CREATE INDEX group_members_member ON group_members (site, uid);

CREATE TABLE ohi (
    site   INTEGER NOT NULL,
    uid    TEXT NOT NULL,
    target TEXT NOT NULL,
    PRIMARY KEY (site, target, uid)
) STRICT, WITHOUT ROWID;
CREATE INDEX ohi_member ON ohi (site, uid);

-- acked_through: what the session that recorded the request last had been answered.
CREATE TABLE requests (
    site          INTEGER NOT NULL,
    node          INTEGER NOT NULL,
    digest        BLOB NOT NULL,
    msg           INTEGER NOT NULL,
    posted_ms     INTEGER NOT NULL,
    epoch         INTEGER NOT NULL,
    acked_through INTEGER NOT NULL,
    PRIMARY KEY (site, node, digest)
) STRICT, WITHOUT ROWID;
CREATE INDEX requests_posted ON requests (posted_ms);

-- pending: how many entries name the message, exactly. The data is in body, or under the name blob in the body store.
CREATE TABLE messages (
    site      INTEGER NOT NULL,
    id        INTEGER NOT NULL,
    posted_ms INTEGER NOT NULL,
    urgent    INTEGER NOT NULL,
    pending   INTEGER NOT NULL,
    octets    INTEGER NOT NULL,
    blob      TEXT,
    head      BLOB NOT NULL,
    body      BLOB,
    PRIMARY KEY (site, id),
    CHECK ((body IS NULL) <> (blob IS NULL))
) STRICT;
CREATE INDEX messages_blob ON messages (blob) WHERE blob IS NOT NULL;

-- A message waits for a node. rank: 0 urgent, 1 not; so the key is the order of delivery.
CREATE TABLE entries (
    site   INTEGER NOT NULL,
    node   INTEGER NOT NULL,
    rank   INTEGER NOT NULL,
    msg    INTEGER NOT NULL,
    octets INTEGER NOT NULL,
    PRIMARY KEY (site, node, rank, msg)
) STRICT, WITHOUT ROWID;

-- Large bodies, for those who keep them in the database. blob starts with the site.
CREATE TABLE chunks (
    blob       TEXT NOT NULL,
    no         INTEGER NOT NULL,
    is_last    INTEGER NOT NULL,
    created_ms INTEGER NOT NULL,
    data       BLOB NOT NULL,
    PRIMARY KEY (blob, no)
) STRICT;
