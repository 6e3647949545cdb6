-- How a post of ours was written: as plain text or as Markdown (unknown of older ones), and with which app.
ALTER TABLE contributions ADD COLUMN plain BOOLEAN;
ALTER TABLE contributions ADD COLUMN app_id BIGINT;

-- The servers whose pages may name an account as their author, one a line.
ALTER TABLE profiles ADD COLUMN attribution_hosts TEXT NOT NULL DEFAULT '';

-- What the server of an account elsewhere says of its numbers; nothing where it keeps them to itself.
CREATE TABLE claimed_counts (
    account_id INTEGER NOT NULL PRIMARY KEY REFERENCES accounts (id),
    contributions BIGINT,
    followers BIGINT,
    following BIGINT,
    asked_at BIGINT NOT NULL
);

-- For numbers of what was said here, which need not read what was said elsewhere.
CREATE INDEX contributions_local ON contributions (id) WHERE local;

-- The report that moderators are told of. What they were told before named none; the reports stay.
DELETE FROM notifications WHERE kind = 6;
ALTER TABLE notifications ADD COLUMN report_id BIGINT;
