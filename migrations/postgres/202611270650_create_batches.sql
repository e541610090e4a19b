-- What a message costs on its way in and out, each as one call: a way to the server and back costs as much as several
-- rows. Every statement in here sees what others committed before it began, as in a transaction of its own at READ
-- COMMITTED. Keys are looked up one by one (LATERAL, OFFSET 0) whatever the planner believes of the tables' sizes.
-- Later releases add functions under new names: those of the release before run on beside them.

-- Takes entries that went off their messages' counts; returns the blobs of those messages that went with their last one.
-- The messages, each once, come in ascending order.
CREATE FUNCTION count_down_1(sites bigint[], ids bigint[], gone bigint[]) RETURNS text[] LANGUAGE plpgsql AS $$
DECLARE
    freed text[];
    number bigint;
BEGIN
    PERFORM 1 FROM unnest(sites, ids) k(site, id)
        CROSS JOIN LATERAL (SELECT 1 FROM messages m WHERE m.site = k.site AND m.id = k.id FOR UPDATE) m;
    -- Statements of their own after the lock, so that they see what others counted down before.
    WITH forgotten AS (
        DELETE FROM messages WHERE ctid = ANY (ARRAY(
            SELECT m.ctid FROM unnest(sites, ids, gone) k(site, id, gone)
            CROSS JOIN LATERAL (
                SELECT m.ctid FROM messages m
                WHERE m.site = k.site AND m.id = k.id AND m.pending <= k.gone OFFSET 0
            ) m))
        RETURNING blob
    ) SELECT array_agg(blob) FILTER (WHERE blob IS NOT NULL) INTO freed FROM forgotten;
    FOR number IN SELECT DISTINCT unnest(gone) LOOP
        UPDATE messages SET pending = pending - number WHERE ctid = ANY (ARRAY(
            SELECT m.ctid FROM unnest(sites, ids, gone) k(site, id, gone)
            CROSS JOIN LATERAL (SELECT m.ctid FROM messages m WHERE m.site = k.site AND m.id = k.id OFFSET 0) m
            WHERE k.gone = number));
    END LOOP;
    RETURN freed;
END $$;

-- Removes these very entries where the session is still its node's newest, and messages with their last entry. Returns
-- blobs to delete. The acks, each once, come in ascending order.
CREATE FUNCTION ack_1(sites bigint[], nodes bigint[], epochs bigint[], ids bigint[]) RETURNS text[] LANGUAGE plpgsql AS $$
DECLARE
    freed text[];
    forgotten_blobs text[];
    taken bigint;
    whole bigint;
    left_over bigint := cardinality(ids);
    this_rank smallint;
    acked_sites bigint[];
    acked_ids bigint[];
BEGIN
    -- An ack names the message alone: it is looked for in the rank where most are, then in the other.
    FOREACH this_rank IN ARRAY ARRAY[1, 0]::smallint[] LOOP
        EXIT WHEN left_over = 0;
        -- Messages that waited for that one node alone go with the entry: nobody else can remove an entry of theirs, so
        -- no lock is needed; and should one be copied at this moment, pending is looked at again.
        WITH acked AS (
            DELETE FROM entries WHERE ctid = ANY (ARRAY(
                SELECT e.ctid FROM unnest(sites, nodes, epochs, ids) a(site, node, epoch, msg)
                CROSS JOIN LATERAL (
                    SELECT 1 FROM nodes n
                    WHERE n.site = a.site AND n.node = a.node AND n.epoch = a.epoch AND NOT n.revoked OFFSET 0
                ) n
                CROSS JOIN LATERAL (
                    SELECT e.ctid FROM entries e
                    WHERE e.site = a.site AND e.node = a.node AND e.rank = this_rank AND e.msg = a.msg OFFSET 0
                ) e))
            RETURNING site, msg
        ), forgotten AS (
            DELETE FROM messages WHERE pending = 1 AND ctid = ANY (ARRAY(
                SELECT m.ctid FROM (SELECT site, msg FROM acked ORDER BY site, msg) a
                CROSS JOIN LATERAL (
                    SELECT m.ctid FROM messages m WHERE m.site = a.site AND m.id = a.msg AND m.pending = 1 OFFSET 0
                ) m))
            RETURNING blob
        )
        SELECT count(*), array_agg(a.site), array_agg(a.msg), (SELECT count(*) FROM forgotten),
               (SELECT array_agg(blob) FROM forgotten WHERE blob IS NOT NULL)
        INTO taken, acked_sites, acked_ids, whole, forgotten_blobs FROM acked a;
        left_over := left_over - taken;
        freed := freed || forgotten_blobs;
        -- The others wait for more nodes, or did when they were looked at. Those that are gone are passed over.
        IF whole < taken THEN
            SELECT freed || count_down_1(array_agg(k.site), array_agg(k.id), array_agg(k.gone)) INTO freed
            FROM (SELECT site, id, count(*) AS gone FROM unnest(acked_sites, acked_ids) k(site, id)
                  GROUP BY site, id ORDER BY site, id) k;
        END IF;
    END LOOP;
    RETURN freed;
END $$;

-- Commits requests and the messages that they make, and says who is connected after that. CALL it outside of a transaction.
--
-- held: the sites concerned, in ascending order. Nobody adds nodes there meanwhile.
-- m_: the members concerned, each once, and believed: the nodes they are taken to have, as the first statement below
--     lists them. Is it otherwise, the call is stale, and nothing happens.
-- r_: requests, each once, in ascending order of key: two calls with the same ones wait for one another in turn and
--     never in a ring. refused: places of those that leave no record. before_: places of those recorded earlier, and what
--     was recorded; their messages are not added.
-- g_: messages, and g_request: the places of their requests. e_: entries in ascending order, and e_message: the places of
--     their messages. w_: the receiving nodes, each once.
-- s_: what the sites were used for, and s_request: the places of the requests.
-- c_: those of the receiving nodes that are connected, where, and by which session. hints_lost: some who are connected may
--     not have been told of what waits for them.
CREATE PROCEDURE post_1(
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
DECLARE
    held_site bigint;
    known bigint[] := '{}';
    recorded bigint;
BEGIN
    FOREACH held_site IN ARRAY held LOOP
        PERFORM pg_advisory_xact_lock_shared(held_site);
    END LOOP;
    stale := believed IS DISTINCT FROM ARRAY(
        SELECT coalesce(n.node, 0) FROM unnest(m_sites, m_uids) WITH ORDINALITY k(site, uid, place)
        CROSS JOIN LATERAL (
            SELECT 1 FROM members m WHERE m.site = k.site AND m.uid = k.uid AND NOT m.suspended OFFSET 0
        ) m
        LEFT JOIN LATERAL (
            SELECT n.node FROM nodes n WHERE n.site = k.site AND n.uid = k.uid AND NOT n.revoked OFFSET 0
        ) n ON true
        ORDER BY k.place, n.node);
    IF stale THEN
        RETURN;
    END IF;

    INSERT INTO requests (site, node, digest, msg, posted_ms, epoch, acked_through)
    SELECT * FROM unnest(r_sites, r_nodes, r_digests, r_ids, r_posted, r_epochs, r_acked)
    ON CONFLICT (site, node, digest) DO UPDATE
    SET msg = excluded.msg, posted_ms = excluded.posted_ms, acked_through = excluded.acked_through
    WHERE requests.epoch = excluded.epoch AND requests.msg <= excluded.acked_through;
    GET DIAGNOSTICS recorded = ROW_COUNT;
    -- A row that was there and stays is locked all the same.
    IF recorded < cardinality(r_sites) THEN
        SELECT array_agg(k.place), array_agg(r.msg), array_agg(r.posted_ms)
        INTO before_places, before_ids, before_posted
        FROM unnest(r_sites, r_nodes, r_digests, r_ids) WITH ORDINALITY k(site, node, digest, id, place)
        CROSS JOIN LATERAL (
            SELECT r.msg, r.posted_ms FROM requests r
            WHERE r.site = k.site AND r.node = k.node AND r.digest = k.digest AND r.msg <> k.id OFFSET 0
        ) r;
        known := coalesce(before_places, '{}');
    END IF;
    IF cardinality(refused) > 0 THEN
        DELETE FROM requests WHERE ctid = ANY (ARRAY(
            SELECT r.ctid FROM unnest(refused) place
            CROSS JOIN LATERAL (
                SELECT r.ctid FROM requests r
                WHERE r.site = r_sites[place] AND r.node = r_nodes[place] AND r.digest = r_digests[place]
                  AND r.msg = r_ids[place] OFFSET 0
            ) r));
    END IF;

    WITH added AS (
        INSERT INTO messages (site, id, posted_ms, head, body, blob, octets, urgent, pending)
        SELECT g.site, g.id, g.posted_ms, g.head, g.body, g.blob, g.octets, g.urgent, g.pending
        FROM unnest(g_request, g_sites, g_ids, g_posted, g_heads, g_bodies, g_blobs, g_octets, g_urgent, g_pending)
            g(request, site, id, posted_ms, head, body, blob, octets, urgent, pending)
        WHERE g.request <> ALL (known)
    )
    INSERT INTO entries (site, node, rank, msg, octets)
    SELECT g_sites[e.message], e.node, CASE WHEN g_urgent[e.message] THEN 0 ELSE 1 END, g_ids[e.message],
           g_octets[e.message]
    FROM unnest(e_message, e_nodes) e(message, node)
    WHERE g_request[e.message] <> ALL (known);
    -- In lanes: calls that run at one time mostly do not wait for one another's commit.
    INSERT INTO usage_sent AS u (site, day, lane, messages, octets)
    SELECT s.site, s.day, pg_backend_pid() % 64, sum(s.messages)::bigint, sum(s.octets)::bigint
    FROM unnest(s_request, s_sites, s_days, s_messages, s_octets) s(request, site, day, messages, octets)
    WHERE s.request <> ALL (known) GROUP BY s.site, s.day ORDER BY s.site, s.day
    ON CONFLICT (site, day, lane) DO UPDATE
    SET messages = u.messages + excluded.messages, octets = u.octets + excluded.octets;
    COMMIT;

    -- Asked after the commit: whoever logs in later finds the messages in the queue.
    SELECT array_agg(n.site), array_agg(n.node), array_agg(n.edge), array_agg(n.epoch),
           EXISTS (SELECT 1 FROM hint_losses l WHERE l.until_s > extract(epoch FROM now()))
    INTO c_sites, c_nodes, c_edges, c_epochs, hints_lost
    FROM unnest(w_sites, w_nodes) k(site, node)
    CROSS JOIN LATERAL (
        SELECT n.site, n.node, n.edge, n.epoch FROM nodes n
        WHERE n.site = k.site AND n.node = k.node AND n.edge IS NOT NULL AND NOT n.revoked OFFSET 0
    ) n;
END $$;
