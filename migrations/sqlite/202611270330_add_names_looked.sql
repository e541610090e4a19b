-- Whether it is on record what a name looks like. Names are taken without it, and looked at by a sweep.
ALTER TABLE names ADD COLUMN looked INTEGER NOT NULL DEFAULT 0;
