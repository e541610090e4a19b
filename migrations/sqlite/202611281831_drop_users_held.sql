-- users_with_password took its place.
DROP INDEX IF EXISTS users_held;
