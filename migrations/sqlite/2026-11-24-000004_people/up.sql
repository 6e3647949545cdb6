ALTER TABLE follows ADD COLUMN boosts BOOLEAN NOT NULL DEFAULT TRUE;
ALTER TABLE follows ADD COLUMN notify BOOLEAN NOT NULL DEFAULT FALSE;
ALTER TABLE follows ADD COLUMN languages TEXT;
CREATE INDEX follows_follower_id ON follows (follower_id, id);
CREATE INDEX follows_followee_id ON follows (followee_id, id);

ALTER TABLE blocks ADD COLUMN id BIGINT NOT NULL DEFAULT 0;
UPDATE blocks SET id = created_at * 65536 + target_id % 65536;
CREATE INDEX blocks_account ON blocks (account_id, id);

CREATE TABLE mutes (
    account_id BIGINT NOT NULL REFERENCES accounts (id),
    target_id BIGINT NOT NULL REFERENCES accounts (id),
    id BIGINT NOT NULL,
    notifications BOOLEAN NOT NULL,
    expires_at BIGINT,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (account_id, target_id)
) WITHOUT ROWID;
CREATE INDEX mutes_account ON mutes (account_id, id);

CREATE TABLE host_mutes (
    account_id BIGINT NOT NULL REFERENCES accounts (id),
    host TEXT NOT NULL,
    id BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (account_id, host)
) WITHOUT ROWID;

CREATE TABLE account_notes (
    account_id BIGINT NOT NULL REFERENCES accounts (id),
    target_id BIGINT NOT NULL REFERENCES accounts (id),
    comment TEXT NOT NULL,
    PRIMARY KEY (account_id, target_id)
) WITHOUT ROWID;

CREATE TABLE endorsements (
    account_id BIGINT NOT NULL REFERENCES accounts (id),
    target_id BIGINT NOT NULL REFERENCES accounts (id),
    id BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (account_id, target_id)
) WITHOUT ROWID;

CREATE TABLE lists (
    id INTEGER NOT NULL PRIMARY KEY,
    account_id BIGINT NOT NULL REFERENCES accounts (id),
    title TEXT NOT NULL,
    replies SMALLINT NOT NULL,
    exclusive BOOLEAN NOT NULL,
    created_at BIGINT NOT NULL
);
CREATE INDEX lists_account ON lists (account_id, id);

CREATE TABLE list_accounts (
    list_id BIGINT NOT NULL REFERENCES lists (id) ON DELETE CASCADE,
    account_id BIGINT NOT NULL REFERENCES accounts (id),
    PRIMARY KEY (list_id, account_id)
) WITHOUT ROWID;
CREATE INDEX list_accounts_account ON list_accounts (account_id);

CREATE TABLE filters (
    id INTEGER NOT NULL PRIMARY KEY,
    account_id BIGINT NOT NULL REFERENCES accounts (id),
    title TEXT NOT NULL,
    contexts INTEGER NOT NULL,
    action SMALLINT NOT NULL,
    expires_at BIGINT,
    created_at BIGINT NOT NULL
);
CREATE INDEX filters_account ON filters (account_id, id);

CREATE TABLE filter_keywords (
    id INTEGER NOT NULL PRIMARY KEY,
    filter_id BIGINT NOT NULL REFERENCES filters (id) ON DELETE CASCADE,
    keyword TEXT NOT NULL,
    whole_word BOOLEAN NOT NULL
);
CREATE INDEX filter_keywords_filter ON filter_keywords (filter_id);

CREATE TABLE filter_contributions (
    id INTEGER NOT NULL PRIMARY KEY,
    filter_id BIGINT NOT NULL REFERENCES filters (id) ON DELETE CASCADE,
    contribution_id BIGINT NOT NULL REFERENCES contributions (id)
);
CREATE UNIQUE INDEX filter_contributions_once ON filter_contributions (filter_id, contribution_id);

CREATE TABLE markers (
    account_id BIGINT NOT NULL REFERENCES accounts (id),
    timeline SMALLINT NOT NULL,
    last_read_id BIGINT NOT NULL,
    version INTEGER NOT NULL,
    updated_at BIGINT NOT NULL,
    PRIMARY KEY (account_id, timeline)
) WITHOUT ROWID;

CREATE TABLE followed_tags (
    account_id BIGINT NOT NULL REFERENCES accounts (id),
    name TEXT NOT NULL,
    id BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (account_id, name)
) WITHOUT ROWID;

CREATE TABLE featured_tags (
    account_id BIGINT NOT NULL REFERENCES accounts (id),
    name TEXT NOT NULL,
    id BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (account_id, name)
) WITHOUT ROWID;

-- A key as small as this fits a JSON number, in which clients take it.
DELETE FROM notifications WHERE EXISTS
    (SELECT 1 FROM notifications o WHERE o.id < notifications.id AND o.id / 32 = notifications.id / 32);
UPDATE notifications SET id = id / 32;
ALTER TABLE notifications ADD COLUMN bundle TEXT;
ALTER TABLE notifications ADD COLUMN filtered BOOLEAN NOT NULL DEFAULT FALSE;
CREATE INDEX notifications_from ON notifications (account_id, from_id, id);
CREATE INDEX notifications_about ON notifications (contribution_id);

CREATE TABLE notification_policies (
    account_id INTEGER NOT NULL PRIMARY KEY REFERENCES accounts (id),
    not_following SMALLINT NOT NULL,
    not_followers SMALLINT NOT NULL,
    new_accounts SMALLINT NOT NULL,
    private_mentions SMALLINT NOT NULL,
    limited_accounts SMALLINT NOT NULL,
    bots SMALLINT NOT NULL
);

CREATE TABLE notification_permissions (
    account_id BIGINT NOT NULL REFERENCES accounts (id),
    from_id BIGINT NOT NULL REFERENCES accounts (id),
    created_at BIGINT NOT NULL,
    PRIMARY KEY (account_id, from_id)
) WITHOUT ROWID;

-- How far an account has read and put aside the direct messages of a thread.
CREATE TABLE conversation_marks (
    account_id BIGINT NOT NULL REFERENCES accounts (id),
    thread_id BIGINT NOT NULL,
    read_id BIGINT NOT NULL,
    hidden_id BIGINT NOT NULL,
    PRIMARY KEY (account_id, thread_id)
) WITHOUT ROWID;
CREATE INDEX contributions_direct ON contributions (author_id, id) WHERE visibility = 3;

ALTER TABLE reports ADD COLUMN category TEXT NOT NULL DEFAULT 'other';
ALTER TABLE reports ADD COLUMN rules TEXT NOT NULL DEFAULT '';
ALTER TABLE reports ADD COLUMN forwarded BOOLEAN NOT NULL DEFAULT FALSE;

-- What an account says and wants besides its row in accounts.
CREATE TABLE profiles (
    account_id INTEGER NOT NULL PRIMARY KEY REFERENCES accounts (id),
    note TEXT NOT NULL,
    fields TEXT NOT NULL,
    bot BOOLEAN NOT NULL,
    indexable BOOLEAN NOT NULL,
    hides_collections BOOLEAN NOT NULL,
    visibility SMALLINT NOT NULL,
    sensitive BOOLEAN NOT NULL,
    language TEXT
);

CREATE VIRTUAL TABLE contribution_texts
    USING fts5(body, content='', contentless_delete=1, tokenize='unicode61 remove_diacritics 2');
INSERT INTO contribution_texts (rowid, body)
    SELECT id, coalesce(title, '') || ' ' || coalesce(summary, '') || ' ' || content
    FROM contributions WHERE state <> 3;
