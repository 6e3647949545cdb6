ALTER TABLE caught DROP COLUMN state;
ALTER TABLE sites DROP COLUMN grace_days;
DROP INDEX expulsions_condemnation;
ALTER TABLE expulsions DROP COLUMN why;
ALTER TABLE expulsions DROP COLUMN failed_at;
ALTER TABLE expulsions DROP COLUMN state;
ALTER TABLE expulsions DROP COLUMN condemnation_id;
DROP TABLE condemnations;
-- The older program reads texts where they were kept before.
UPDATE report_evidence SET content =
    (SELECT evidence_texts.content FROM evidence_texts WHERE evidence_texts.digest = report_evidence.digest)
    WHERE digest IS NOT NULL;
ALTER TABLE report_evidence DROP COLUMN digest;
DROP TABLE evidence_texts;
