-- What admins decided about servers, by name; a rule that keeps out covers the names below its own.
CREATE TABLE host_rules (
    name TEXT NOT NULL PRIMARY KEY,
    standing INT2 NOT NULL,
    reject_media BOOLEAN NOT NULL,
    reject_reports BOOLEAN NOT NULL,
    public_comment TEXT NOT NULL,
    private_comment TEXT NOT NULL,
    obfuscate BOOLEAN NOT NULL,
    user_id INT8,
    created_at INT8 NOT NULL,
    updated_at INT8 NOT NULL
);

-- The same, worked out for each server we know.
ALTER TABLE hosts ADD COLUMN reject_media BOOLEAN NOT NULL DEFAULT FALSE;
ALTER TABLE hosts ADD COLUMN reject_reports BOOLEAN NOT NULL DEFAULT FALSE;

INSERT INTO host_rules
    (name, standing, reject_media, reject_reports, public_comment, private_comment, obfuscate, created_at, updated_at)
    SELECT name, standing, FALSE, FALSE, '', '', FALSE, created_at, created_at FROM hosts WHERE standing >= 2;

-- What a rule took away, kept so that it can be given back.
CREATE TABLE withheld_contributions (
    contribution_id INT8 NOT NULL PRIMARY KEY REFERENCES contributions (id),
    host_id INT8 NOT NULL REFERENCES hosts (id),
    state INT2 NOT NULL
);
CREATE INDEX withheld_contributions_host ON withheld_contributions (host_id);

CREATE TABLE withheld_accounts (
    account_id INT8 NOT NULL PRIMARY KEY REFERENCES accounts (id),
    host_id INT8 NOT NULL REFERENCES hosts (id),
    standing INT2 NOT NULL
);
CREATE INDEX withheld_accounts_host ON withheld_accounts (host_id);

CREATE TABLE severed_follows (
    id INT8 NOT NULL PRIMARY KEY,
    host_id INT8 NOT NULL REFERENCES hosts (id),
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
CREATE INDEX severed_follows_host ON severed_follows (host_id);
CREATE INDEX severed_follows_follower ON severed_follows (follower_id);
CREATE INDEX severed_follows_followee ON severed_follows (followee_id);

-- What waits for a moderator.
CREATE INDEX contributions_held ON contributions (author_id, id) WHERE state = 4;
