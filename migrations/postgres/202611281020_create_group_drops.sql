-- Members whom an administrator took out of groups, or whose groups were removed: devices have not been told yet.
CREATE TABLE group_drops (
    site  bigint NOT NULL,
    gid   text COLLATE "C" NOT NULL,
    uid   text COLLATE "C" NOT NULL,
    alias text COLLATE "C" NOT NULL,
    PRIMARY KEY (site, gid, uid)
);
