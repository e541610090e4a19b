-- An address is unique among those who signed in, and within an organization: see the indexes before this.
ALTER TABLE users DROP CONSTRAINT IF EXISTS users_email_key;
