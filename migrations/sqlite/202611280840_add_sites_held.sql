-- The provider suspended the site: its organization cannot resume it.
ALTER TABLE sites ADD COLUMN held INTEGER NOT NULL DEFAULT 0;
