-- Whether a closed site was suspended when it was closed: so it is again when it is opened.
ALTER TABLE sites ADD COLUMN suspended_before INTEGER NOT NULL DEFAULT 0;
