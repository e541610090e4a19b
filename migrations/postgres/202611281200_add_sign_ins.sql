-- At which provider a member signs in (its issuer), as whom (SHA-256 of the subject), and when each device's member did last.
ALTER TABLE members ADD COLUMN signs_in_at text;
ALTER TABLE members ADD COLUMN signs_in_as bytea;
ALTER TABLE nodes ADD COLUMN signed_in_ms bigint;

-- A member is found by its whole key, whatever is believed of the table: planned while it is empty, and with rows as wide as
-- they are now, the lookup would go through all members of the site.
CREATE OR REPLACE VIEW admitted_nodes AS
SELECT n.site, n.node, n.uid, n.secret_hash, n.epoch, n.edge
FROM nodes n
JOIN LATERAL (
    SELECT 1 FROM members m WHERE m.site = n.site AND m.uid = n.uid AND NOT m.suspended OFFSET 0
) m ON true
JOIN sites s ON s.id = n.site
WHERE NOT n.revoked AND NOT s.suspended AND NOT s.away;
