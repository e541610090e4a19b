-- Members whom an administrator took out of groups, or whose groups were removed: devices have not been told yet.
CREATE TABLE group_drops (
    site  INTEGER NOT NULL,
    gid   TEXT NOT NULL,
    uid   TEXT NOT NULL,
    alias TEXT NOT NULL,
    PRIMARY KEY (site, gid, uid)
) STRICT, WITHOUT ROWID;
