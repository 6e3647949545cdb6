-- What a statement refers to besides its text: the questions that it answers or raises, its sources, and
-- who signs it beside its author.
CREATE TABLE statement_questions (
    contribution_id INT8 NOT NULL REFERENCES contributions (id),
    qid TEXT NOT NULL,
    rank INT4 NOT NULL,
    PRIMARY KEY (contribution_id, qid)
);
CREATE INDEX statement_questions_qid ON statement_questions (qid, contribution_id);

CREATE TABLE statement_sources (
    contribution_id INT8 NOT NULL REFERENCES contributions (id),
    rank INT4 NOT NULL,
    title TEXT NOT NULL,
    url TEXT NOT NULL,
    PRIMARY KEY (contribution_id, rank)
);

CREATE TABLE statement_signatories (
    contribution_id INT8 NOT NULL REFERENCES contributions (id),
    uri TEXT NOT NULL,
    rank INT4 NOT NULL,
    PRIMARY KEY (contribution_id, uri)
);

-- What convinced an organization that changed its mind: the address of a critique, a position or anything
-- else that was said, with the version that followed from it.
ALTER TABLE statements ADD COLUMN convinced_by TEXT;
ALTER TABLE positions ADD COLUMN convinced_by TEXT;
ALTER TABLE revisions ADD COLUMN convinced_by TEXT;
CREATE INDEX revisions_convinced ON revisions (convinced_by) WHERE convinced_by IS NOT NULL;

-- Whether a version of a position follows one that is not here.
ALTER TABLE positions ADD COLUMN gap BOOL NOT NULL DEFAULT FALSE;

-- What was deleted, with the signed word of who deleted it: sites that compare hand it on.
ALTER TABLE tombstones ADD COLUMN kind INT2;
ALTER TABLE tombstones ADD COLUMN qid TEXT;
ALTER TABLE tombstones ADD COLUMN digest TEXT;
ALTER TABLE tombstones ADD COLUMN document TEXT;
CREATE INDEX tombstones_qid ON tombstones (qid) WHERE qid IS NOT NULL;

-- The digest of the deletions that a site had when it was last compared with.
ALTER TABLE exchanges ADD COLUMN deletions TEXT NOT NULL DEFAULT '';

-- The organizations whose positions are listed where the map is for chosen ones only.
CREATE TABLE listing_allowances (
    uri TEXT NOT NULL PRIMARY KEY,
    user_id INT8,
    created_at INT8 NOT NULL
);
