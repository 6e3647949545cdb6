-- Which report a removal answers: an objection that is granted gives back what it took out of sight.
ALTER TABLE condemnations ADD COLUMN report_id BIGINT;
