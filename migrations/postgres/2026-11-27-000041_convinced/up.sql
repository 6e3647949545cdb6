-- More than one thing may have convinced an organization: their addresses, one a line, in the order in which it
-- names them.
DROP INDEX revisions_convinced;
ALTER TABLE statements ADD COLUMN convincing TEXT NOT NULL DEFAULT '';
UPDATE statements SET convincing = convinced_by WHERE convinced_by IS NOT NULL;
ALTER TABLE statements DROP COLUMN convinced_by;
ALTER TABLE statements RENAME COLUMN convincing TO convinced_by;
ALTER TABLE positions ADD COLUMN convincing TEXT NOT NULL DEFAULT '';
UPDATE positions SET convincing = convinced_by WHERE convinced_by IS NOT NULL;
ALTER TABLE positions DROP COLUMN convinced_by;
ALTER TABLE positions RENAME COLUMN convincing TO convinced_by;
ALTER TABLE revisions ADD COLUMN convincing TEXT NOT NULL DEFAULT '';
UPDATE revisions SET convincing = convinced_by WHERE convinced_by IS NOT NULL;
ALTER TABLE revisions DROP COLUMN convinced_by;
ALTER TABLE revisions RENAME COLUMN convincing TO convinced_by;

-- Which versions each of them led to.
CREATE TABLE convictions (
    convinced_by TEXT NOT NULL,
    contribution_id BIGINT NOT NULL,
    revision INTEGER NOT NULL,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (convinced_by, contribution_id, revision),
    FOREIGN KEY (contribution_id, revision) REFERENCES revisions (contribution_id, revision) ON DELETE CASCADE
);
CREATE INDEX convictions_revision ON convictions (contribution_id, revision);
INSERT INTO convictions (convinced_by, contribution_id, revision, created_at)
    SELECT convinced_by, contribution_id, revision, created_at FROM revisions WHERE convinced_by <> '';
