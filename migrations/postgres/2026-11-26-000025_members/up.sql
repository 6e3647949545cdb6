-- Who decided: somebody else answers an objection.
ALTER TABLE warnings ADD COLUMN user_id INT8;

-- Versions carry what their author declares; whether a text waits stands at its head alone.
UPDATE revisions SET state = 0 WHERE state = 4;

-- Likes, boosts and votes of accounts that are suspended.
CREATE TABLE withheld_likes (
    account_id INT8 NOT NULL REFERENCES accounts (id),
    contribution_id INT8 NOT NULL REFERENCES contributions (id),
    id INT8 NOT NULL,
    uri TEXT NOT NULL,
    created_at INT8 NOT NULL,
    PRIMARY KEY (account_id, contribution_id)
);
CREATE TABLE withheld_boosts (
    id INT8 NOT NULL PRIMARY KEY,
    account_id INT8 NOT NULL REFERENCES accounts (id),
    contribution_id INT8 NOT NULL REFERENCES contributions (id),
    uri TEXT NOT NULL,
    created_at INT8 NOT NULL
);
CREATE INDEX withheld_boosts_account ON withheld_boosts (account_id);
CREATE TABLE withheld_votes (
    contribution_id INT8 NOT NULL REFERENCES contributions (id),
    account_id INT8 NOT NULL REFERENCES accounts (id),
    position INT4 NOT NULL,
    uri TEXT NOT NULL,
    created_at INT8 NOT NULL,
    PRIMARY KEY (contribution_id, account_id, position)
);
CREATE INDEX withheld_votes_account ON withheld_votes (account_id);

-- What somebody decided to delete, and a job has not deleted yet.
CREATE TABLE expulsions (
    contribution_id INT8 NOT NULL PRIMARY KEY REFERENCES contributions (id)
);

-- How many texts came from a server in a minute, as long as a rule asks for it.
CREATE TABLE host_arrivals (
    host_id INT8 NOT NULL REFERENCES hosts (id),
    minute INT8 NOT NULL,
    texts INT4 NOT NULL,
    PRIMARY KEY (host_id, minute)
);

-- What only members of this site read.
CREATE INDEX contributions_internal ON contributions (id) WHERE visibility = 4;

-- What members asked for to take along: everything of their account in one file, for some days.
CREATE TABLE archives (
    account_id INT8 NOT NULL PRIMARY KEY REFERENCES accounts (id),
    asked_at INT8 NOT NULL,
    file TEXT,
    bytes INT8 NOT NULL,
    made_at INT8
);
