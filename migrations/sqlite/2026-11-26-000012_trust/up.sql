-- How the copy of a contribution from elsewhere was authenticated; NULL for what was written here,
-- and for copies from before this was recorded.
ALTER TABLE contributions ADD COLUMN trust SMALLINT;
