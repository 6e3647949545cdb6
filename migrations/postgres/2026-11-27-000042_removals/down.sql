ALTER TABLE condemnations DROP COLUMN report_id;
