-- What moderators decided about single accounts, here or elsewhere, and what it took away.
ALTER TABLE accounts ADD COLUMN sensitive BOOLEAN NOT NULL DEFAULT FALSE;
ALTER TABLE accounts ADD COLUMN frozen BOOLEAN NOT NULL DEFAULT FALSE;

CREATE TABLE account_rules (
    account_id INTEGER NOT NULL PRIMARY KEY REFERENCES accounts (id),
    standing SMALLINT NOT NULL,
    sensitive BOOLEAN NOT NULL,
    frozen BOOLEAN NOT NULL,
    before SMALLINT NOT NULL,
    public_comment TEXT NOT NULL,
    private_comment TEXT NOT NULL,
    user_id BIGINT,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL
);

CREATE TABLE account_withheld (
    contribution_id INTEGER NOT NULL PRIMARY KEY REFERENCES contributions (id),
    account_id BIGINT NOT NULL REFERENCES accounts (id),
    state SMALLINT NOT NULL
);
CREATE INDEX account_withheld_account ON account_withheld (account_id);

CREATE TABLE account_severed (
    id INTEGER NOT NULL PRIMARY KEY,
    account_id BIGINT NOT NULL REFERENCES accounts (id),
    follower_id BIGINT NOT NULL REFERENCES accounts (id),
    followee_id BIGINT NOT NULL REFERENCES accounts (id),
    uri TEXT NOT NULL,
    state SMALLINT NOT NULL,
    created_at BIGINT NOT NULL,
    boosts BOOLEAN NOT NULL,
    notify BOOLEAN NOT NULL,
    languages TEXT,
    severed_at BIGINT NOT NULL
);
CREATE INDEX account_severed_account ON account_severed (account_id);

-- What everybody may read of the log: only what somebody decided to show, in the words they chose.
CREATE TABLE public_entries (
    entry_id INTEGER NOT NULL PRIMARY KEY REFERENCES audit_entries (id),
    what TEXT NOT NULL,
    reason TEXT NOT NULL,
    created_at BIGINT NOT NULL
);

-- Reports: who looks at them, what came of them, and what was reported as it stood then.
ALTER TABLE reports ADD COLUMN assigned_id BIGINT;
ALTER TABLE reports ADD COLUMN outcome SMALLINT;
ALTER TABLE reports ADD COLUMN closed_by_id BIGINT;
ALTER TABLE reports ADD COLUMN answer TEXT NOT NULL DEFAULT '';
CREATE INDEX reports_open ON reports (id) WHERE closed_at IS NULL;

CREATE TABLE report_evidence (
    report_id BIGINT NOT NULL REFERENCES reports (id),
    rank INTEGER NOT NULL,
    uri TEXT NOT NULL,
    author TEXT NOT NULL,
    content TEXT NOT NULL,
    published_at BIGINT NOT NULL,
    PRIMARY KEY (report_id, rank)
) WITHOUT ROWID;

CREATE TABLE report_notes (
    id INTEGER NOT NULL PRIMARY KEY,
    report_id BIGINT NOT NULL REFERENCES reports (id),
    user_id BIGINT NOT NULL,
    text TEXT NOT NULL,
    created_at BIGINT NOT NULL
);
CREATE INDEX report_notes_report ON report_notes (report_id, id);

-- What a person here was told about a decision about them, and what they answered.
CREATE TABLE warnings (
    id INTEGER NOT NULL PRIMARY KEY,
    account_id BIGINT NOT NULL REFERENCES accounts (id),
    report_id BIGINT REFERENCES reports (id),
    outcome SMALLINT NOT NULL,
    text TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    appeal TEXT,
    appealed_at BIGINT,
    answer TEXT,
    granted BOOLEAN,
    answered_at BIGINT
);
CREATE INDEX warnings_account ON warnings (account_id, id);

-- Which contributions of others wait for a moderator whoever wrote them, and which rule it was.
CREATE TABLE content_rules (
    id INTEGER NOT NULL PRIMARY KEY,
    kind SMALLINT NOT NULL,
    pattern TEXT NOT NULL,
    number INTEGER NOT NULL,
    minutes INTEGER NOT NULL,
    user_id BIGINT,
    created_at BIGINT NOT NULL
);

CREATE TABLE caught (
    contribution_id INTEGER NOT NULL PRIMARY KEY REFERENCES contributions (id),
    rule_id BIGINT NOT NULL,
    created_at BIGINT NOT NULL
);
CREATE INDEX caught_rule ON caught (rule_id, contribution_id);

-- The log only ever grows.
CREATE TRIGGER audit_entries_stay BEFORE UPDATE ON audit_entries
BEGIN
    SELECT RAISE(ABORT, 'entries of the log are never changed');
END;
CREATE TRIGGER audit_entries_remain BEFORE DELETE ON audit_entries
BEGIN
    SELECT RAISE(ABORT, 'entries of the log are never removed');
END;
