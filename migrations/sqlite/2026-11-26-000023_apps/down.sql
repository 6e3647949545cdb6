UPDATE notifications SET kind = 6 WHERE kind = 11;
ALTER TABLE notifications DROP COLUMN report_id;
DROP INDEX contributions_local;
DROP TABLE claimed_counts;
ALTER TABLE profiles DROP COLUMN attribution_hosts;
ALTER TABLE contributions DROP COLUMN app_id;
ALTER TABLE contributions DROP COLUMN plain;
