-- Sites in several databases: services/store/README.md, "Shards".

-- shard: where the site's own rows are; moving_to: where they are being taken. Both count on main only.
-- away: this database is not in charge of the site's own rows, whatever it still has of them.
ALTER TABLE sites
    ADD COLUMN shard text COLLATE "C" NOT NULL DEFAULT 'main',
    ADD COLUMN moving_to text COLLATE "C",
    ADD COLUMN away boolean NOT NULL DEFAULT false;

-- On main: every shard that there ever was, and its number, which is never given again.
CREATE TABLE shards (
    name   text COLLATE "C" PRIMARY KEY,
    number bigint NOT NULL UNIQUE
);

-- On a shard that is not main: which one it is, and of which installation. Empty on main.
CREATE TABLE this_shard (
    one          smallint PRIMARY KEY CHECK (one = 1),
    name         text COLLATE "C" NOT NULL,
    number       bigint NOT NULL,
    installation bytea NOT NULL
);

-- The nodes that may hold a session.
CREATE OR REPLACE VIEW admitted_nodes AS
SELECT n.site, n.node, n.uid, n.secret_hash, n.epoch, n.edge
FROM nodes n
JOIN members m ON m.site = n.site AND m.uid = n.uid
JOIN sites s ON s.id = n.site
WHERE NOT n.revoked AND NOT m.suspended AND NOT s.suspended AND NOT s.away;

-- Refuses unless this database is in charge of all of these sites, each once and in ascending order. Whoever takes one of
-- them away waits for the end of the transaction: it takes the same lock for itself.
CREATE FUNCTION enter_1(entered bigint[]) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    entered_site bigint;
BEGIN
    FOREACH entered_site IN ARRAY entered LOOP
        PERFORM pg_advisory_xact_lock_shared(-entered_site);
    END LOOP;
    -- A statement of its own after the locks, so that it sees what was committed under them.
    IF (SELECT count(*) FROM unnest(entered) k(site)
        CROSS JOIN LATERAL (SELECT 1 FROM sites s WHERE s.id = k.site AND NOT s.away OFFSET 0) s) < cardinality(entered)
    THEN
        RAISE EXCEPTION 'this database is not in charge of a site' USING ERRCODE = 'TM001';
    END IF;
END $$;

-- Data of a body in the database comes piece by piece while its sender sends: what comes after the site has left is refused,
-- and so nobody takes a part of it for the whole. Whoever moves the site sets tmtp.moves.
CREATE FUNCTION chunk_enters() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    entered_site bigint := split_part(NEW.blob, '/', 1)::bigint;
BEGIN
    IF coalesce(current_setting('tmtp.moves', true), '') <> '' THEN
        RETURN NEW;
    END IF;
    PERFORM pg_advisory_xact_lock_shared(-entered_site);
    IF EXISTS (SELECT 1 FROM sites s WHERE s.id = entered_site AND s.away) THEN
        RAISE EXCEPTION 'this database is not in charge of a site' USING ERRCODE = 'TM001';
    END IF;
    RETURN NEW;
END $$;

CREATE TRIGGER chunk_enters BEFORE INSERT ON chunks FOR EACH ROW EXECUTE FUNCTION chunk_enters();

-- As ack_1, where this database is in charge.
CREATE FUNCTION ack_2(sites bigint[], nodes bigint[], epochs bigint[], ids bigint[]) RETURNS text[] LANGUAGE plpgsql AS $$
BEGIN
    PERFORM enter_1(ARRAY(SELECT DISTINCT k.site FROM unnest(sites) k(site) ORDER BY k.site));
    RETURN ack_1(sites, nodes, epochs, ids);
END $$;

-- As post_1, where this database is in charge.
CREATE PROCEDURE post_2(
    held bigint[], m_sites bigint[], m_uids text[], believed bigint[],
    r_sites bigint[], r_nodes bigint[], r_digests bytea[], r_ids bigint[], r_posted bigint[], r_epochs bigint[],
    r_acked bigint[], refused bigint[],
    g_request bigint[], g_sites bigint[], g_ids bigint[], g_posted bigint[], g_heads bytea[], g_bodies bytea[],
    g_blobs text[], g_octets bigint[], g_urgent boolean[], g_pending bigint[],
    e_message bigint[], e_nodes bigint[], w_sites bigint[], w_nodes bigint[],
    s_request bigint[], s_sites bigint[], s_days bigint[], s_messages bigint[], s_octets bigint[],
    OUT stale boolean,
    OUT before_places bigint[], OUT before_ids bigint[], OUT before_posted bigint[],
    OUT c_sites bigint[], OUT c_nodes bigint[], OUT c_edges text[], OUT c_epochs bigint[], OUT hints_lost boolean
) LANGUAGE plpgsql AS $$
BEGIN
    PERFORM enter_1(ARRAY(SELECT DISTINCT k.site FROM unnest(held || r_sites) k(site) ORDER BY k.site));
    CALL post_1(held, m_sites, m_uids, believed, r_sites, r_nodes, r_digests, r_ids, r_posted, r_epochs, r_acked,
                refused, g_request, g_sites, g_ids, g_posted, g_heads, g_bodies, g_blobs, g_octets, g_urgent, g_pending,
                e_message, e_nodes, w_sites, w_nodes, s_request, s_sites, s_days, s_messages, s_octets,
                stale, before_places, before_ids, before_posted, c_sites, c_nodes, c_edges, c_epochs, hints_lost);
END $$;
