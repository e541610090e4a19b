-- Fills an installation for measurements: sites beside the one with this host, members of that one who are away, messages that
-- wait for them as if they had been posted. psql variables: host, sites, members, entries. All can be used as before.
\set ON_ERROR_STOP on
SELECT site FROM site_hosts WHERE host = :'host' \gset
-- Ids far from real ones, and after those of an earlier filling.
SELECT coalesce(max(node), 1000000000000) AS first FROM nodes WHERE site = :site AND node BETWEEN 1000000000000 AND 2000000000000 \gset
SELECT coalesce(max(id), 1000000000000) AS first_message FROM messages WHERE site = :site AND id < 1000000000000000 \gset
SELECT (extract(epoch FROM now()) * 1000)::bigint AS now_ms \gset

WITH made AS (
    INSERT INTO sites (name, settings, created_ms, org)
    SELECT 'Beside ' || i, (SELECT settings FROM sites WHERE id = :site), :now_ms, 1 FROM generate_series(1, :sites) i
    RETURNING id)
INSERT INTO site_hosts (host, site) SELECT 's' || id || '.beside.example', id FROM made;
-- Processes read the list anew when this has grown.
UPDATE counters SET value = value + 1 WHERE name = 'sites_version' AND :sites > 0;

INSERT INTO members (site, uid, created_ms)
SELECT :site, 'away ' || (:first + i), :now_ms FROM generate_series(1, :members) i;
INSERT INTO nodes (site, node, uid, label, secret_hash, created_ms, seen_ms)
SELECT :site, :first + i, 'away ' || (:first + i), 'phone', sha256(convert_to('away ' || (:first + i), 'UTF8')), :now_ms, :now_ms
FROM generate_series(1, :members) i;
-- As names are that somebody has looked at: those that nobody has are looked at in the background.
INSERT INTO names (site, name, kind, uid, looked)
SELECT :site, 'alias of one who is away ' || (:first + i), 0, 'away ' || (:first + i), true FROM generate_series(1, :members) i;
INSERT INTO looks (site, look, name)
SELECT :site, 'alias of one who is away ' || (:first + i), 'alias of one who is away ' || (:first + i) FROM generate_series(1, :members) i;

-- One after the other over all who are away.
SELECT greatest(count(*), 1) AS away, coalesce(min(node), 0) AS first_away FROM nodes WHERE site = :site AND node BETWEEN 1000000000000 AND 2000000000000 \gset
INSERT INTO messages (site, id, posted_ms, head, body, octets, urgent, pending)
SELECT :site, :first_message + i, :now_ms, convert_to(repeat('h', 180), 'UTF8'), convert_to(repeat('x', 200), 'UTF8'), 200, false, 1
FROM generate_series(1, :entries) i;
INSERT INTO entries (site, node, rank, msg, octets)
SELECT :site, :first_away + i % :away, 1, :first_message + i, 200 FROM generate_series(1, :entries) i;
VACUUM (ANALYZE) members, nodes, names, looks, messages, entries;
