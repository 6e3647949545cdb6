ALTER TABLE contributions DROP COLUMN trust;
