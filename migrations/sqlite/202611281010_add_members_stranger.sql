-- Whether it registered where a site is open to all, and nobody vouched for it. Who was there before is none.
ALTER TABLE members ADD COLUMN stranger INTEGER NOT NULL DEFAULT 0;
