-- Postgres counts acks in a function here. SQLite has none, and counts them in the same process.
SELECT 1;
