DROP INDEX contributions_held;
DROP TABLE severed_follows;
DROP TABLE withheld_accounts;
DROP TABLE withheld_contributions;
ALTER TABLE hosts DROP COLUMN reject_reports;
ALTER TABLE hosts DROP COLUMN reject_media;
DROP TABLE host_rules;
