-- A name of kind 2 that an administrator keeps for a member to come; without it the name is retired for good.
ALTER TABLE names ADD COLUMN reserved INTEGER NOT NULL DEFAULT 0;
