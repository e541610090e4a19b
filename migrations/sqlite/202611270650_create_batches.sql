-- Postgres keeps functions for batches here. SQLite has none, and runs in the same process.
SELECT 1;
