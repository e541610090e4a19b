-- At which provider a member signs in (its issuer), as whom (SHA-256 of the subject), and when each device's member did last.
ALTER TABLE members ADD COLUMN signs_in_at TEXT;
ALTER TABLE members ADD COLUMN signs_in_as BLOB;
ALTER TABLE nodes ADD COLUMN signed_in_ms INTEGER;
