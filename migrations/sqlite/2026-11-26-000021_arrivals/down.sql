DROP INDEX contributions_arrived;
ALTER TABLE contributions DROP COLUMN arrived_at;
