-- An address may be invited by many organizations, once by each.
CREATE UNIQUE INDEX IF NOT EXISTS users_invited ON users (org, email);
