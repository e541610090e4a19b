-- A reserved name that the service keeps by itself, as the site's own; without it an administrator does. Of those that were
-- reserved before nobody can tell: they count as an administrator's.
ALTER TABLE names ADD COLUMN own boolean NOT NULL DEFAULT false;
