-- When a site and all that is in it is erased: milliseconds since 1970, 0 for never. Until then it is suspended.
ALTER TABLE sites ADD COLUMN closing_ms bigint NOT NULL DEFAULT 0;
