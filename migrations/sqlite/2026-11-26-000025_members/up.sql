-- Who decided: somebody else answers an objection.
ALTER TABLE warnings ADD COLUMN user_id BIGINT;

-- Versions carry what their author declares; whether a text waits stands at its head alone.
UPDATE revisions SET state = 0 WHERE state = 4;

-- Likes, boosts and votes of accounts that are suspended.
CREATE TABLE withheld_likes (
    account_id BIGINT NOT NULL REFERENCES accounts (id),
    contribution_id BIGINT NOT NULL REFERENCES contributions (id),
    id BIGINT NOT NULL,
    uri TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (account_id, contribution_id)
) WITHOUT ROWID;
CREATE TABLE withheld_boosts (
    id INTEGER NOT NULL PRIMARY KEY,
    account_id BIGINT NOT NULL REFERENCES accounts (id),
    contribution_id BIGINT NOT NULL REFERENCES contributions (id),
    uri TEXT NOT NULL,
    created_at BIGINT NOT NULL
);
CREATE INDEX withheld_boosts_account ON withheld_boosts (account_id);
CREATE TABLE withheld_votes (
    contribution_id BIGINT NOT NULL REFERENCES contributions (id),
    account_id BIGINT NOT NULL REFERENCES accounts (id),
    position INTEGER NOT NULL,
    uri TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (contribution_id, account_id, position)
) WITHOUT ROWID;
CREATE INDEX withheld_votes_account ON withheld_votes (account_id);

-- What somebody decided to delete, and a job has not deleted yet.
CREATE TABLE expulsions (
    contribution_id INTEGER NOT NULL PRIMARY KEY REFERENCES contributions (id)
);

-- How many texts came from a server in a minute, as long as a rule asks for it.
CREATE TABLE host_arrivals (
    host_id BIGINT NOT NULL REFERENCES hosts (id),
    minute BIGINT NOT NULL,
    texts INTEGER NOT NULL,
    PRIMARY KEY (host_id, minute)
) WITHOUT ROWID;

-- What only members of this site read.
CREATE INDEX contributions_internal ON contributions (id) WHERE visibility = 4;

-- What members asked for to take along: everything of their account in one file, for some days.
CREATE TABLE archives (
    account_id INTEGER NOT NULL PRIMARY KEY REFERENCES accounts (id),
    asked_at BIGINT NOT NULL,
    file TEXT,
    bytes BIGINT NOT NULL,
    made_at BIGINT
);
