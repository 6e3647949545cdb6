-- The older program cannot read these kinds.
DELETE FROM notifications WHERE kind IN (12, 13);
ALTER TABLE notifications DROP COLUMN severance;
ALTER TABLE notifications DROP COLUMN warning_id;
ALTER TABLE sites DROP COLUMN described_at;
ALTER TABLE sites DROP COLUMN privacy_at;
ALTER TABLE sites DROP COLUMN privacy;
DROP INDEX notifications_bundle;
