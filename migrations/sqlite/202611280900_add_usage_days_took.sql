-- How many messages came to devices that were connected, by how long that took: each is counted once, where it fits first.
-- Counted in the memory of delivery processes and added now and then: a few are lost when one is killed.
ALTER TABLE usage_days ADD COLUMN took_100ms  INTEGER NOT NULL DEFAULT 0;
ALTER TABLE usage_days ADD COLUMN took_500ms  INTEGER NOT NULL DEFAULT 0;
ALTER TABLE usage_days ADD COLUMN took_1s     INTEGER NOT NULL DEFAULT 0;
ALTER TABLE usage_days ADD COLUMN took_5s     INTEGER NOT NULL DEFAULT 0;
ALTER TABLE usage_days ADD COLUMN took_30s    INTEGER NOT NULL DEFAULT 0;
ALTER TABLE usage_days ADD COLUMN took_longer INTEGER NOT NULL DEFAULT 0;
