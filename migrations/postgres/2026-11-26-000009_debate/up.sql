-- Copies of questions, ours and those of other organizations; the same qid is the same question.
CREATE TABLE questions (
    contribution_id INT8 NOT NULL PRIMARY KEY REFERENCES contributions (id),
    qid TEXT NOT NULL,
    slug TEXT NOT NULL UNIQUE,
    core TEXT NOT NULL,
    asked_by TEXT NOT NULL,
    asked_at INT8 NOT NULL,
    wording TEXT NOT NULL,
    background TEXT NOT NULL,
    scope TEXT NOT NULL,
    call TEXT NOT NULL,
    original_uri TEXT,
    original TEXT,
    draft TEXT,
    reason TEXT
);
CREATE INDEX questions_qid ON questions (qid, contribution_id);

CREATE TABLE question_answers (
    contribution_id INT8 NOT NULL REFERENCES contributions (id),
    key TEXT NOT NULL,
    rank INT4 NOT NULL,
    text TEXT NOT NULL,
    PRIMARY KEY (contribution_id, key)
);

CREATE TABLE question_ties (
    contribution_id INT8 NOT NULL REFERENCES contributions (id),
    kind INT2 NOT NULL,
    target TEXT NOT NULL,
    PRIMARY KEY (contribution_id, kind, target)
);
CREATE INDEX question_ties_target ON question_ties (target);

-- Addresses of copies that other copies name: whom to ask, and where to tell of a position.
CREATE TABLE question_copies (
    qid TEXT NOT NULL,
    uri TEXT NOT NULL,
    created_at INT8 NOT NULL,
    PRIMARY KEY (qid, uri)
);

CREATE TABLE positions (
    contribution_id INT8 NOT NULL PRIMARY KEY REFERENCES contributions (id),
    account_id INT8 NOT NULL REFERENCES accounts (id),
    qid TEXT NOT NULL,
    answer TEXT NOT NULL,
    answer_key TEXT,
    certainty INT2 NOT NULL,
    reasoning TEXT NOT NULL,
    conditions TEXT NOT NULL,
    limits TEXT NOT NULL,
    evidence TEXT NOT NULL,
    statement_uri TEXT,
    adopted_body TEXT NOT NULL,
    adopted_on TEXT NOT NULL,
    reason TEXT,
    previous TEXT,
    digest TEXT NOT NULL,
    listing INT2 NOT NULL,
    equivocal BOOLEAN NOT NULL,
    draft TEXT
);
CREATE UNIQUE INDEX positions_once ON positions (qid, account_id);
CREATE INDEX positions_account ON positions (account_id);

CREATE TABLE position_theses (
    contribution_id INT8 NOT NULL REFERENCES contributions (id),
    thesis_uri TEXT NOT NULL,
    rank INT4 NOT NULL,
    PRIMARY KEY (contribution_id, thesis_uri)
);
CREATE INDEX position_theses_thesis ON position_theses (thesis_uri);

-- What an organization gave out as the same revision, with other words.
CREATE TABLE equivocations (
    contribution_id INT8 NOT NULL REFERENCES contributions (id),
    revision INT4 NOT NULL,
    digest TEXT NOT NULL,
    document TEXT NOT NULL,
    created_at INT8 NOT NULL,
    PRIMARY KEY (contribution_id, revision, digest)
);

-- Which sites carry which position on their own map.
CREATE TABLE listings (
    qid TEXT NOT NULL,
    account_id INT8 NOT NULL REFERENCES accounts (id),
    position_uri TEXT NOT NULL,
    PRIMARY KEY (qid, account_id, position_uri)
);

-- How far this site and another one agree about the positions on a question.
CREATE TABLE exchanges (
    qid TEXT NOT NULL,
    account_id INT8 NOT NULL REFERENCES accounts (id),
    digest TEXT NOT NULL,
    agrees BOOLEAN NOT NULL,
    error TEXT,
    checked_at INT8 NOT NULL,
    PRIMARY KEY (qid, account_id)
);

-- Answers of organizations without a server, as somebody here found them in a source.
CREATE TABLE attributions (
    id INT8 NOT NULL PRIMARY KEY,
    qid TEXT NOT NULL,
    name TEXT NOT NULL,
    answer TEXT NOT NULL,
    answer_key TEXT,
    certainty INT2 NOT NULL,
    stated_on TEXT NOT NULL,
    quotation TEXT NOT NULL,
    source_title TEXT NOT NULL,
    source_url TEXT NOT NULL,
    user_id INT8 NOT NULL REFERENCES users (id),
    created_at INT8 NOT NULL,
    withdrawn_at INT8
);
CREATE INDEX attributions_qid ON attributions (qid, id);

CREATE TABLE critiques (
    contribution_id INT8 NOT NULL PRIMARY KEY REFERENCES contributions (id),
    intent INT2 NOT NULL,
    hold INT2 NOT NULL,
    exact TEXT NOT NULL,
    prefix TEXT NOT NULL,
    suffix TEXT NOT NULL,
    "start" INT4 NOT NULL,
    "end" INT4 NOT NULL,
    revision INT4 NOT NULL,
    digest TEXT NOT NULL
);

ALTER TABLE sites ADD COLUMN listing_policy INT2 NOT NULL DEFAULT 0;
