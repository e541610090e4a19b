-- Whether a closed site was suspended when it was closed: so it is again when it is opened.
ALTER TABLE sites ADD COLUMN suspended_before boolean NOT NULL DEFAULT false;
