ALTER TABLE host_rules DROP COLUMN allowed_before;
