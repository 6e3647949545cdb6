-- Whom an earlier version named: they have it, and hear what becomes of it.
ALTER TABLE mentions ADD COLUMN silent BOOLEAN NOT NULL DEFAULT FALSE;
