DROP INDEX reports_reporter;
DROP INDEX reports_target;
DROP TABLE listed_rules;
DROP TABLE host_list_entries;
DROP TABLE host_lists;
ALTER TABLE sites DROP COLUMN rules_version;
