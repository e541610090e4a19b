-- As ack_2, and tells how many entries were there: what was queued less what was removed is what waits, so a loss shows.
CREATE FUNCTION ack_3(
    sites bigint[], nodes bigint[], epochs bigint[], ids bigint[], OUT removed bigint, OUT freed text[]
) LANGUAGE plpgsql AS $$
DECLARE
    forgotten_blobs text[];
    taken bigint;
    whole bigint;
    this_rank smallint;
    acked_sites bigint[];
    acked_ids bigint[];
BEGIN
    removed := 0;
    PERFORM enter_1(ARRAY(SELECT DISTINCT k.site FROM unnest(sites) k(site) ORDER BY k.site));
    -- An ack names the message alone: it is looked for in the rank where most are, then in the other.
    FOREACH this_rank IN ARRAY ARRAY[1, 0]::smallint[] LOOP
        EXIT WHEN removed = cardinality(ids);
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
        removed := removed + taken;
        freed := freed || forgotten_blobs;
        -- The others wait for more nodes, or did when they were looked at. Those that are gone are passed over.
        IF whole < taken THEN
            SELECT freed || count_down_1(array_agg(k.site), array_agg(k.id), array_agg(k.gone)) INTO freed
            FROM (SELECT site, id, count(*) AS gone FROM unnest(acked_sites, acked_ids) k(site, id)
                  GROUP BY site, id ORDER BY site, id) k;
        END IF;
    END LOOP;
    -- What is not there any more may have gone by a call whose commit no standby has yet, and is asked for once more: this
    -- one's commit is to wait for them, too, which it does only where it wrote something.
    IF removed < cardinality(ids) AND current_setting('synchronous_standby_names') <> '' THEN
        PERFORM pg_logical_emit_message(true, 'tmtp', 'ack');
    END IF;
END $$;
