DROP TABLE question_floods;
ALTER TABLE hosts DROP COLUMN leased_by;
ALTER TABLE jobs DROP COLUMN leased_by;
