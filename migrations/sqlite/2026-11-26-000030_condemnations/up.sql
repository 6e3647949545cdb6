-- The text of what is reported, once for all reports that name it as it stood then; what was kept before
-- stands in its row.
CREATE TABLE evidence_texts (
    digest TEXT NOT NULL PRIMARY KEY,
    content TEXT NOT NULL
);
ALTER TABLE report_evidence ADD COLUMN digest TEXT;

-- What somebody decided to delete: out of sight at once, and taken back at will until it is due.
CREATE TABLE condemnations (
    id INTEGER NOT NULL PRIMARY KEY,
    user_id BIGINT,
    about TEXT NOT NULL,
    texts BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    due_at BIGINT NOT NULL
);
ALTER TABLE expulsions ADD COLUMN condemnation_id BIGINT;
ALTER TABLE expulsions ADD COLUMN state SMALLINT;
ALTER TABLE expulsions ADD COLUMN failed_at BIGINT;
ALTER TABLE expulsions ADD COLUMN why TEXT;
CREATE INDEX expulsions_condemnation ON expulsions (condemnation_id, contribution_id);
ALTER TABLE sites ADD COLUMN grace_days INTEGER NOT NULL DEFAULT 3;

-- What a rule holds that was shown before, and how it was shown: that comes back with the end of the rule.
ALTER TABLE caught ADD COLUMN state SMALLINT;
