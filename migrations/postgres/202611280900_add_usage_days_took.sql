-- How many messages came to devices that were connected, by how long that took: each is counted once, where it fits first.
-- Counted in the memory of delivery processes and added now and then: a few are lost when one is killed.
ALTER TABLE usage_days ADD COLUMN took_100ms  bigint NOT NULL DEFAULT 0;
ALTER TABLE usage_days ADD COLUMN took_500ms  bigint NOT NULL DEFAULT 0;
ALTER TABLE usage_days ADD COLUMN took_1s     bigint NOT NULL DEFAULT 0;
ALTER TABLE usage_days ADD COLUMN took_5s     bigint NOT NULL DEFAULT 0;
ALTER TABLE usage_days ADD COLUMN took_30s    bigint NOT NULL DEFAULT 0;
ALTER TABLE usage_days ADD COLUMN took_longer bigint NOT NULL DEFAULT 0;
