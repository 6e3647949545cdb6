-- What moderators decided about single accounts, here or elsewhere, and what it took away.
ALTER TABLE accounts ADD COLUMN sensitive BOOLEAN NOT NULL DEFAULT FALSE;
ALTER TABLE accounts ADD COLUMN frozen BOOLEAN NOT NULL DEFAULT FALSE;

CREATE TABLE account_rules (
    account_id INT8 NOT NULL PRIMARY KEY REFERENCES accounts (id),
    standing INT2 NOT NULL,
    sensitive BOOLEAN NOT NULL,
    frozen BOOLEAN NOT NULL,
    before INT2 NOT NULL,
    public_comment TEXT NOT NULL,
    private_comment TEXT NOT NULL,
    user_id INT8,
    created_at INT8 NOT NULL,
    updated_at INT8 NOT NULL
);

CREATE TABLE account_withheld (
    contribution_id INT8 NOT NULL PRIMARY KEY REFERENCES contributions (id),
    account_id INT8 NOT NULL REFERENCES accounts (id),
    state INT2 NOT NULL
);
CREATE INDEX account_withheld_account ON account_withheld (account_id);

CREATE TABLE account_severed (
    id INT8 NOT NULL PRIMARY KEY,
    account_id INT8 NOT NULL REFERENCES accounts (id),
    follower_id INT8 NOT NULL REFERENCES accounts (id),
    followee_id INT8 NOT NULL REFERENCES accounts (id),
    uri TEXT NOT NULL,
    state INT2 NOT NULL,
    created_at INT8 NOT NULL,
    boosts BOOLEAN NOT NULL,
    notify BOOLEAN NOT NULL,
    languages TEXT,
    severed_at INT8 NOT NULL
);
CREATE INDEX account_severed_account ON account_severed (account_id);

-- What everybody may read of the log: only what somebody decided to show, in the words they chose.
CREATE TABLE public_entries (
    entry_id INT8 NOT NULL PRIMARY KEY REFERENCES audit_entries (id),
    what TEXT NOT NULL,
    reason TEXT NOT NULL,
    created_at INT8 NOT NULL
);

-- Reports: who looks at them, what came of them, and what was reported as it stood then.
ALTER TABLE reports ADD COLUMN assigned_id INT8;
ALTER TABLE reports ADD COLUMN outcome INT2;
ALTER TABLE reports ADD COLUMN closed_by_id INT8;
ALTER TABLE reports ADD COLUMN answer TEXT NOT NULL DEFAULT '';
CREATE INDEX reports_open ON reports (id) WHERE closed_at IS NULL;

CREATE TABLE report_evidence (
    report_id INT8 NOT NULL REFERENCES reports (id),
    rank INT4 NOT NULL,
    uri TEXT NOT NULL,
    author TEXT NOT NULL,
    content TEXT NOT NULL,
    published_at INT8 NOT NULL,
    PRIMARY KEY (report_id, rank)
);

CREATE TABLE report_notes (
    id INT8 NOT NULL PRIMARY KEY,
    report_id INT8 NOT NULL REFERENCES reports (id),
    user_id INT8 NOT NULL,
    text TEXT NOT NULL,
    created_at INT8 NOT NULL
);
CREATE INDEX report_notes_report ON report_notes (report_id, id);

-- What a person here was told about a decision about them, and what they answered.
CREATE TABLE warnings (
    id INT8 NOT NULL PRIMARY KEY,
    account_id INT8 NOT NULL REFERENCES accounts (id),
    report_id INT8 REFERENCES reports (id),
    outcome INT2 NOT NULL,
    text TEXT NOT NULL,
    created_at INT8 NOT NULL,
    appeal TEXT,
    appealed_at INT8,
    answer TEXT,
    granted BOOLEAN,
    answered_at INT8
);
CREATE INDEX warnings_account ON warnings (account_id, id);

-- Which contributions of others wait for a moderator whoever wrote them, and which rule it was.
CREATE TABLE content_rules (
    id INT8 NOT NULL PRIMARY KEY,
    kind INT2 NOT NULL,
    pattern TEXT NOT NULL,
    number INT4 NOT NULL,
    minutes INT4 NOT NULL,
    user_id INT8,
    created_at INT8 NOT NULL
);

CREATE TABLE caught (
    contribution_id INT8 NOT NULL PRIMARY KEY REFERENCES contributions (id),
    rule_id INT8 NOT NULL,
    created_at INT8 NOT NULL
);
CREATE INDEX caught_rule ON caught (rule_id, contribution_id);

-- The log only ever grows.
CREATE FUNCTION audit_entries_are_kept() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'entries of the log are never changed or removed';
END;
$$;
CREATE TRIGGER audit_entries_stay BEFORE UPDATE OR DELETE ON audit_entries
    FOR EACH ROW EXECUTE FUNCTION audit_entries_are_kept();
