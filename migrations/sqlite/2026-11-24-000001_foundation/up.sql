CREATE TABLE sites (
    id SMALLINT NOT NULL PRIMARY KEY,
    origin TEXT NOT NULL,
    host TEXT NOT NULL,
    organization_id BIGINT NOT NULL,
    forum_id BIGINT NOT NULL,
    instance_id BIGINT NOT NULL,
    name TEXT NOT NULL,
    description TEXT NOT NULL,
    languages TEXT NOT NULL,
    federation_mode SMALLINT NOT NULL,
    reply_policy SMALLINT NOT NULL,
    contact TEXT NOT NULL,
    created_at BIGINT NOT NULL
);

CREATE TABLE hosts (
    id INTEGER NOT NULL PRIMARY KEY,
    name TEXT NOT NULL UNIQUE,
    standing SMALLINT NOT NULL,
    software TEXT,
    signature SMALLINT NOT NULL,
    failures INTEGER NOT NULL,
    failing_since BIGINT,
    due_at BIGINT,
    leased_until BIGINT,
    last_success_at BIGINT,
    last_seen_at BIGINT,
    last_error TEXT,
    created_at BIGINT NOT NULL
);
CREATE INDEX hosts_due ON hosts (due_at) WHERE due_at IS NOT NULL;

CREATE TABLE accounts (
    id INTEGER NOT NULL PRIMARY KEY,
    uri TEXT NOT NULL UNIQUE,
    url TEXT NOT NULL,
    kind SMALLINT NOT NULL,
    name TEXT NOT NULL,
    handle TEXT NOT NULL,
    host_id BIGINT REFERENCES hosts (id),
    display_name TEXT NOT NULL,
    summary TEXT NOT NULL,
    icon_url TEXT,
    inbox TEXT NOT NULL,
    shared_inbox TEXT,
    outbox TEXT,
    followers TEXT,
    featured TEXT,
    forum TEXT,
    locked BOOLEAN NOT NULL,
    discoverable BOOLEAN NOT NULL,
    state SMALLINT NOT NULL,
    standing SMALLINT NOT NULL,
    moved_to TEXT,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    fetched_at BIGINT
);
CREATE INDEX accounts_handle ON accounts (handle);
CREATE UNIQUE INDEX accounts_local_handle ON accounts (handle) WHERE host_id IS NULL;
CREATE INDEX accounts_host ON accounts (host_id);

CREATE TABLE account_documents (
    account_id INTEGER NOT NULL PRIMARY KEY REFERENCES accounts (id),
    document TEXT NOT NULL
);

CREATE TABLE account_keys (
    id INTEGER NOT NULL PRIMARY KEY,
    account_id BIGINT NOT NULL REFERENCES accounts (id),
    uri TEXT NOT NULL UNIQUE,
    algorithm SMALLINT NOT NULL,
    public_key BLOB NOT NULL,
    private_key BLOB,
    first_seen_at BIGINT NOT NULL,
    fetched_at BIGINT NOT NULL,
    retired_at BIGINT
);
CREATE INDEX account_keys_account ON account_keys (account_id);

CREATE TABLE users (
    id INTEGER NOT NULL PRIMARY KEY,
    account_id BIGINT NOT NULL UNIQUE REFERENCES accounts (id),
    name TEXT NOT NULL UNIQUE,
    password_hash TEXT NOT NULL,
    roles INTEGER NOT NULL,
    created_at BIGINT NOT NULL,
    disabled_at BIGINT
);

CREATE TABLE sessions (
    token_hash TEXT NOT NULL PRIMARY KEY,
    user_id BIGINT NOT NULL REFERENCES users (id),
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL
) WITHOUT ROWID;
CREATE INDEX sessions_user ON sessions (user_id);

CREATE TABLE invites (
    token_hash TEXT NOT NULL PRIMARY KEY,
    roles INTEGER NOT NULL,
    created_by_id BIGINT REFERENCES users (id),
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    used_at BIGINT
) WITHOUT ROWID;

CREATE TABLE tokens (
    id INTEGER NOT NULL PRIMARY KEY,
    token_hash TEXT NOT NULL UNIQUE,
    user_id BIGINT NOT NULL REFERENCES users (id),
    account_id BIGINT NOT NULL REFERENCES accounts (id),
    name TEXT NOT NULL,
    scopes TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    revoked_at BIGINT
);

CREATE TABLE contributions (
    id INTEGER NOT NULL PRIMARY KEY,
    uri TEXT NOT NULL UNIQUE,
    url TEXT NOT NULL,
    kind SMALLINT NOT NULL,
    author_id BIGINT NOT NULL REFERENCES accounts (id),
    on_behalf_of_id BIGINT REFERENCES accounts (id),
    visibility SMALLINT NOT NULL,
    reply_policy SMALLINT NOT NULL,
    language TEXT NOT NULL,
    title TEXT,
    summary TEXT,
    sensitive BOOLEAN NOT NULL,
    content TEXT NOT NULL,
    markdown TEXT,
    published_at BIGINT NOT NULL,
    edited_at BIGINT,
    in_reply_to_id BIGINT REFERENCES contributions (id),
    in_reply_to_uri TEXT,
    thread_id BIGINT NOT NULL,
    revision INTEGER NOT NULL,
    state SMALLINT NOT NULL,
    local BOOLEAN NOT NULL
);
CREATE INDEX contributions_author ON contributions (author_id, id);
CREATE INDEX contributions_reply ON contributions (in_reply_to_id, id);
CREATE INDEX contributions_waiting ON contributions (in_reply_to_uri) WHERE in_reply_to_id IS NULL AND in_reply_to_uri IS NOT NULL;
CREATE INDEX contributions_thread ON contributions (thread_id, id);
CREATE INDEX contributions_kind ON contributions (kind, id);

CREATE TABLE revisions (
    contribution_id BIGINT NOT NULL REFERENCES contributions (id),
    revision INTEGER NOT NULL,
    created_at BIGINT NOT NULL,
    title TEXT,
    summary TEXT,
    content TEXT NOT NULL,
    markdown TEXT,
    reason TEXT,
    state SMALLINT NOT NULL,
    document TEXT,
    digest TEXT NOT NULL,
    PRIMARY KEY (contribution_id, revision)
);

CREATE TABLE statements (
    contribution_id INTEGER NOT NULL PRIMARY KEY REFERENCES contributions (id),
    slug TEXT NOT NULL UNIQUE,
    introduction TEXT NOT NULL,
    closing TEXT NOT NULL,
    reason TEXT,
    superseded_by TEXT,
    digest TEXT NOT NULL
);

CREATE TABLE theses (
    contribution_id INTEGER NOT NULL PRIMARY KEY REFERENCES contributions (id),
    statement_id BIGINT NOT NULL REFERENCES contributions (id),
    key TEXT NOT NULL,
    number TEXT NOT NULL,
    rank INTEGER NOT NULL,
    kind SMALLINT NOT NULL,
    head TEXT NOT NULL,
    body TEXT NOT NULL,
    limits TEXT NOT NULL,
    evidence TEXT NOT NULL,
    withdrawn BOOLEAN NOT NULL
);
CREATE UNIQUE INDEX theses_key ON theses (statement_id, key);

CREATE TABLE mentions (
    contribution_id BIGINT NOT NULL REFERENCES contributions (id),
    account_id BIGINT NOT NULL REFERENCES accounts (id),
    PRIMARY KEY (contribution_id, account_id)
) WITHOUT ROWID;
CREATE INDEX mentions_account ON mentions (account_id, contribution_id);

CREATE TABLE tags (
    contribution_id BIGINT NOT NULL REFERENCES contributions (id),
    name TEXT NOT NULL,
    PRIMARY KEY (contribution_id, name)
) WITHOUT ROWID;
CREATE INDEX tags_name ON tags (name, contribution_id);

CREATE TABLE likes (
    account_id BIGINT NOT NULL REFERENCES accounts (id),
    contribution_id BIGINT NOT NULL REFERENCES contributions (id),
    uri TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (account_id, contribution_id)
) WITHOUT ROWID;
CREATE INDEX likes_contribution ON likes (contribution_id);
CREATE INDEX likes_uri ON likes (uri);

CREATE TABLE boosts (
    id INTEGER NOT NULL PRIMARY KEY,
    account_id BIGINT NOT NULL REFERENCES accounts (id),
    contribution_id BIGINT NOT NULL REFERENCES contributions (id),
    uri TEXT NOT NULL UNIQUE,
    created_at BIGINT NOT NULL
);
CREATE UNIQUE INDEX boosts_once ON boosts (account_id, contribution_id);
CREATE INDEX boosts_contribution ON boosts (contribution_id);

CREATE TABLE pins (
    account_id BIGINT NOT NULL REFERENCES accounts (id),
    contribution_id BIGINT NOT NULL REFERENCES contributions (id),
    created_at BIGINT NOT NULL,
    PRIMARY KEY (account_id, contribution_id)
) WITHOUT ROWID;

CREATE TABLE follows (
    id INTEGER NOT NULL PRIMARY KEY,
    follower_id BIGINT NOT NULL REFERENCES accounts (id),
    followee_id BIGINT NOT NULL REFERENCES accounts (id),
    uri TEXT NOT NULL,
    state SMALLINT NOT NULL,
    created_at BIGINT NOT NULL
);
CREATE UNIQUE INDEX follows_pair ON follows (followee_id, follower_id);
CREATE INDEX follows_follower ON follows (follower_id);
CREATE INDEX follows_uri ON follows (uri);

CREATE TABLE blocks (
    account_id BIGINT NOT NULL REFERENCES accounts (id),
    target_id BIGINT NOT NULL REFERENCES accounts (id),
    uri TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (account_id, target_id)
) WITHOUT ROWID;
CREATE INDEX blocks_target ON blocks (target_id);

CREATE TABLE tombstones (
    uri TEXT NOT NULL PRIMARY KEY,
    created_at BIGINT NOT NULL
) WITHOUT ROWID;

CREATE TABLE undone (
    uri TEXT NOT NULL,
    actor_uri TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (uri, actor_uri)
) WITHOUT ROWID;

CREATE TABLE notifications (
    id INTEGER NOT NULL PRIMARY KEY,
    account_id BIGINT NOT NULL REFERENCES accounts (id),
    kind SMALLINT NOT NULL,
    from_id BIGINT NOT NULL REFERENCES accounts (id),
    contribution_id BIGINT REFERENCES contributions (id),
    created_at BIGINT NOT NULL,
    read_at BIGINT
);
CREATE INDEX notifications_account ON notifications (account_id, id);

CREATE TABLE reports (
    id INTEGER NOT NULL PRIMARY KEY,
    uri TEXT NOT NULL UNIQUE,
    reporter_id BIGINT NOT NULL REFERENCES accounts (id),
    target_id BIGINT REFERENCES accounts (id),
    content TEXT NOT NULL,
    items TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    closed_at BIGINT
);

CREATE TABLE drafts (
    id INTEGER NOT NULL PRIMARY KEY,
    user_id BIGINT REFERENCES users (id),
    revises_id BIGINT REFERENCES contributions (id),
    title TEXT NOT NULL,
    language TEXT NOT NULL,
    markdown TEXT NOT NULL,
    report TEXT,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL
);

CREATE TABLE activities (
    id INTEGER NOT NULL PRIMARY KEY,
    uri TEXT NOT NULL UNIQUE,
    account_id BIGINT NOT NULL REFERENCES accounts (id),
    body TEXT NOT NULL,
    object_uri TEXT NOT NULL,
    listed BOOLEAN NOT NULL,
    created_at BIGINT NOT NULL
);
CREATE INDEX activities_account ON activities (account_id, id);
CREATE INDEX activities_object ON activities (object_uri);

CREATE TABLE deliveries (
    id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    activity_id BIGINT NOT NULL REFERENCES activities (id),
    host_id BIGINT NOT NULL REFERENCES hosts (id),
    inbox TEXT NOT NULL,
    attempts INTEGER NOT NULL,
    dead BOOLEAN NOT NULL,
    last_status INTEGER,
    last_error TEXT,
    due_at BIGINT,
    created_at BIGINT NOT NULL
);
CREATE UNIQUE INDEX deliveries_once ON deliveries (activity_id, inbox);
CREATE INDEX deliveries_host ON deliveries (host_id, dead, id);
CREATE INDEX deliveries_later ON deliveries (host_id, due_at) WHERE due_at IS NOT NULL;

CREATE TABLE inbox_items (
    id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    uri TEXT NOT NULL UNIQUE,
    signer_id BIGINT REFERENCES accounts (id),
    host_id BIGINT REFERENCES hosts (id),
    body TEXT NOT NULL,
    state SMALLINT NOT NULL,
    attempts INTEGER NOT NULL,
    due_at BIGINT NOT NULL,
    error TEXT,
    received_at BIGINT NOT NULL
);
CREATE INDEX inbox_items_due ON inbox_items (due_at, id) WHERE state = 0;

CREATE TABLE jobs (
    id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    key TEXT NOT NULL UNIQUE,
    payload TEXT NOT NULL,
    attempts INTEGER NOT NULL,
    due_at BIGINT NOT NULL,
    dead BOOLEAN NOT NULL,
    error TEXT,
    created_at BIGINT NOT NULL
);
CREATE INDEX jobs_due ON jobs (due_at, id) WHERE dead = FALSE;

CREATE TABLE audit_entries (
    id INTEGER NOT NULL PRIMARY KEY,
    user_id BIGINT,
    action TEXT NOT NULL,
    subject TEXT NOT NULL,
    detail TEXT NOT NULL,
    previous TEXT NOT NULL,
    digest TEXT NOT NULL,
    created_at BIGINT NOT NULL
);
