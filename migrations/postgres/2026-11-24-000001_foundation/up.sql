CREATE TABLE sites (
    id INT2 NOT NULL PRIMARY KEY,
    origin TEXT NOT NULL,
    host TEXT NOT NULL,
    organization_id INT8 NOT NULL,
    forum_id INT8 NOT NULL,
    instance_id INT8 NOT NULL,
    name TEXT NOT NULL,
    description TEXT NOT NULL,
    languages TEXT NOT NULL,
    federation_mode INT2 NOT NULL,
    reply_policy INT2 NOT NULL,
    contact TEXT NOT NULL,
    created_at INT8 NOT NULL
);

CREATE TABLE hosts (
    id INT8 NOT NULL PRIMARY KEY,
    name TEXT NOT NULL UNIQUE,
    standing INT2 NOT NULL,
    software TEXT,
    signature INT2 NOT NULL,
    failures INT4 NOT NULL,
    failing_since INT8,
    due_at INT8,
    leased_until INT8,
    last_success_at INT8,
    last_seen_at INT8,
    last_error TEXT,
    created_at INT8 NOT NULL
);
CREATE INDEX hosts_due ON hosts (due_at) WHERE due_at IS NOT NULL;

CREATE TABLE accounts (
    id INT8 NOT NULL PRIMARY KEY,
    uri TEXT NOT NULL UNIQUE,
    url TEXT NOT NULL,
    kind INT2 NOT NULL,
    name TEXT NOT NULL,
    handle TEXT NOT NULL,
    host_id INT8 REFERENCES hosts (id),
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
    state INT2 NOT NULL,
    standing INT2 NOT NULL,
    moved_to TEXT,
    created_at INT8 NOT NULL,
    updated_at INT8 NOT NULL,
    fetched_at INT8
);
CREATE INDEX accounts_handle ON accounts (handle);
CREATE UNIQUE INDEX accounts_local_handle ON accounts (handle) WHERE host_id IS NULL;
CREATE INDEX accounts_host ON accounts (host_id);

CREATE TABLE account_documents (
    account_id INT8 NOT NULL PRIMARY KEY REFERENCES accounts (id),
    document TEXT NOT NULL
);

CREATE TABLE account_keys (
    id INT8 NOT NULL PRIMARY KEY,
    account_id INT8 NOT NULL REFERENCES accounts (id),
    uri TEXT NOT NULL UNIQUE,
    algorithm INT2 NOT NULL,
    public_key BYTEA NOT NULL,
    private_key BYTEA,
    first_seen_at INT8 NOT NULL,
    fetched_at INT8 NOT NULL,
    retired_at INT8
);
CREATE INDEX account_keys_account ON account_keys (account_id);

CREATE TABLE users (
    id INT8 NOT NULL PRIMARY KEY,
    account_id INT8 NOT NULL UNIQUE REFERENCES accounts (id),
    name TEXT NOT NULL UNIQUE,
    password_hash TEXT NOT NULL,
    roles INT4 NOT NULL,
    created_at INT8 NOT NULL,
    disabled_at INT8
);

CREATE TABLE sessions (
    token_hash TEXT NOT NULL PRIMARY KEY,
    user_id INT8 NOT NULL REFERENCES users (id),
    created_at INT8 NOT NULL,
    expires_at INT8 NOT NULL
);
CREATE INDEX sessions_user ON sessions (user_id);

CREATE TABLE invites (
    token_hash TEXT NOT NULL PRIMARY KEY,
    roles INT4 NOT NULL,
    created_by_id INT8 REFERENCES users (id),
    created_at INT8 NOT NULL,
    expires_at INT8 NOT NULL,
    used_at INT8
);

CREATE TABLE tokens (
    id INT8 NOT NULL PRIMARY KEY,
    token_hash TEXT NOT NULL UNIQUE,
    user_id INT8 NOT NULL REFERENCES users (id),
    account_id INT8 NOT NULL REFERENCES accounts (id),
    name TEXT NOT NULL,
    scopes TEXT NOT NULL,
    created_at INT8 NOT NULL,
    revoked_at INT8
);

CREATE TABLE contributions (
    id INT8 NOT NULL PRIMARY KEY,
    uri TEXT NOT NULL UNIQUE,
    url TEXT NOT NULL,
    kind INT2 NOT NULL,
    author_id INT8 NOT NULL REFERENCES accounts (id),
    on_behalf_of_id INT8 REFERENCES accounts (id),
    visibility INT2 NOT NULL,
    reply_policy INT2 NOT NULL,
    language TEXT NOT NULL,
    title TEXT,
    summary TEXT,
    sensitive BOOLEAN NOT NULL,
    content TEXT NOT NULL,
    markdown TEXT,
    published_at INT8 NOT NULL,
    edited_at INT8,
    in_reply_to_id INT8 REFERENCES contributions (id),
    in_reply_to_uri TEXT,
    thread_id INT8 NOT NULL,
    revision INT4 NOT NULL,
    state INT2 NOT NULL,
    local BOOLEAN NOT NULL
);
CREATE INDEX contributions_author ON contributions (author_id, id);
CREATE INDEX contributions_reply ON contributions (in_reply_to_id, id);
CREATE INDEX contributions_waiting ON contributions (in_reply_to_uri) WHERE in_reply_to_id IS NULL AND in_reply_to_uri IS NOT NULL;
CREATE INDEX contributions_thread ON contributions (thread_id, id);
CREATE INDEX contributions_kind ON contributions (kind, id);

CREATE TABLE revisions (
    contribution_id INT8 NOT NULL REFERENCES contributions (id),
    revision INT4 NOT NULL,
    created_at INT8 NOT NULL,
    title TEXT,
    summary TEXT,
    content TEXT NOT NULL,
    markdown TEXT,
    reason TEXT,
    state INT2 NOT NULL,
    document TEXT,
    digest TEXT NOT NULL,
    PRIMARY KEY (contribution_id, revision)
);

CREATE TABLE statements (
    contribution_id INT8 NOT NULL PRIMARY KEY REFERENCES contributions (id),
    slug TEXT NOT NULL UNIQUE,
    introduction TEXT NOT NULL,
    closing TEXT NOT NULL,
    reason TEXT,
    superseded_by TEXT,
    digest TEXT NOT NULL
);

CREATE TABLE theses (
    contribution_id INT8 NOT NULL PRIMARY KEY REFERENCES contributions (id),
    statement_id INT8 NOT NULL REFERENCES contributions (id),
    key TEXT NOT NULL,
    number TEXT NOT NULL,
    rank INT4 NOT NULL,
    kind INT2 NOT NULL,
    head TEXT NOT NULL,
    body TEXT NOT NULL,
    limits TEXT NOT NULL,
    evidence TEXT NOT NULL,
    withdrawn BOOLEAN NOT NULL
);
CREATE UNIQUE INDEX theses_key ON theses (statement_id, key);

CREATE TABLE mentions (
    contribution_id INT8 NOT NULL REFERENCES contributions (id),
    account_id INT8 NOT NULL REFERENCES accounts (id),
    PRIMARY KEY (contribution_id, account_id)
);
CREATE INDEX mentions_account ON mentions (account_id, contribution_id);

CREATE TABLE tags (
    contribution_id INT8 NOT NULL REFERENCES contributions (id),
    name TEXT NOT NULL,
    PRIMARY KEY (contribution_id, name)
);
CREATE INDEX tags_name ON tags (name, contribution_id);

CREATE TABLE likes (
    account_id INT8 NOT NULL REFERENCES accounts (id),
    contribution_id INT8 NOT NULL REFERENCES contributions (id),
    uri TEXT NOT NULL,
    created_at INT8 NOT NULL,
    PRIMARY KEY (account_id, contribution_id)
);
CREATE INDEX likes_contribution ON likes (contribution_id);
CREATE INDEX likes_uri ON likes (uri);

CREATE TABLE boosts (
    id INT8 NOT NULL PRIMARY KEY,
    account_id INT8 NOT NULL REFERENCES accounts (id),
    contribution_id INT8 NOT NULL REFERENCES contributions (id),
    uri TEXT NOT NULL UNIQUE,
    created_at INT8 NOT NULL
);
CREATE UNIQUE INDEX boosts_once ON boosts (account_id, contribution_id);
CREATE INDEX boosts_contribution ON boosts (contribution_id);

CREATE TABLE pins (
    account_id INT8 NOT NULL REFERENCES accounts (id),
    contribution_id INT8 NOT NULL REFERENCES contributions (id),
    created_at INT8 NOT NULL,
    PRIMARY KEY (account_id, contribution_id)
);

CREATE TABLE follows (
    id INT8 NOT NULL PRIMARY KEY,
    follower_id INT8 NOT NULL REFERENCES accounts (id),
    followee_id INT8 NOT NULL REFERENCES accounts (id),
    uri TEXT NOT NULL,
    state INT2 NOT NULL,
    created_at INT8 NOT NULL
);
CREATE UNIQUE INDEX follows_pair ON follows (followee_id, follower_id);
CREATE INDEX follows_follower ON follows (follower_id);
CREATE INDEX follows_uri ON follows (uri);

CREATE TABLE blocks (
    account_id INT8 NOT NULL REFERENCES accounts (id),
    target_id INT8 NOT NULL REFERENCES accounts (id),
    uri TEXT NOT NULL,
    created_at INT8 NOT NULL,
    PRIMARY KEY (account_id, target_id)
);
CREATE INDEX blocks_target ON blocks (target_id);

CREATE TABLE tombstones (
    uri TEXT NOT NULL PRIMARY KEY,
    created_at INT8 NOT NULL
);

CREATE TABLE undone (
    uri TEXT NOT NULL,
    actor_uri TEXT NOT NULL,
    created_at INT8 NOT NULL,
    PRIMARY KEY (uri, actor_uri)
);

CREATE TABLE notifications (
    id INT8 NOT NULL PRIMARY KEY,
    account_id INT8 NOT NULL REFERENCES accounts (id),
    kind INT2 NOT NULL,
    from_id INT8 NOT NULL REFERENCES accounts (id),
    contribution_id INT8 REFERENCES contributions (id),
    created_at INT8 NOT NULL,
    read_at INT8
);
CREATE INDEX notifications_account ON notifications (account_id, id);

CREATE TABLE reports (
    id INT8 NOT NULL PRIMARY KEY,
    uri TEXT NOT NULL UNIQUE,
    reporter_id INT8 NOT NULL REFERENCES accounts (id),
    target_id INT8 REFERENCES accounts (id),
    content TEXT NOT NULL,
    items TEXT NOT NULL,
    created_at INT8 NOT NULL,
    closed_at INT8
);

CREATE TABLE drafts (
    id INT8 NOT NULL PRIMARY KEY,
    user_id INT8 REFERENCES users (id),
    revises_id INT8 REFERENCES contributions (id),
    title TEXT NOT NULL,
    language TEXT NOT NULL,
    markdown TEXT NOT NULL,
    report TEXT,
    created_at INT8 NOT NULL,
    updated_at INT8 NOT NULL
);

CREATE TABLE activities (
    id INT8 NOT NULL PRIMARY KEY,
    uri TEXT NOT NULL UNIQUE,
    account_id INT8 NOT NULL REFERENCES accounts (id),
    body TEXT NOT NULL,
    object_uri TEXT NOT NULL,
    listed BOOLEAN NOT NULL,
    created_at INT8 NOT NULL
);
CREATE INDEX activities_account ON activities (account_id, id);
CREATE INDEX activities_object ON activities (object_uri);

CREATE TABLE deliveries (
    id INT8 GENERATED BY DEFAULT AS IDENTITY NOT NULL PRIMARY KEY,
    activity_id INT8 NOT NULL REFERENCES activities (id),
    host_id INT8 NOT NULL REFERENCES hosts (id),
    inbox TEXT NOT NULL,
    attempts INT4 NOT NULL,
    dead BOOLEAN NOT NULL,
    last_status INT4,
    last_error TEXT,
    due_at INT8,
    created_at INT8 NOT NULL
);
CREATE UNIQUE INDEX deliveries_once ON deliveries (activity_id, inbox);
CREATE INDEX deliveries_host ON deliveries (host_id, dead, id);
CREATE INDEX deliveries_later ON deliveries (host_id, due_at) WHERE due_at IS NOT NULL;

CREATE TABLE inbox_items (
    id INT8 GENERATED BY DEFAULT AS IDENTITY NOT NULL PRIMARY KEY,
    uri TEXT NOT NULL UNIQUE,
    signer_id INT8 REFERENCES accounts (id),
    host_id INT8 REFERENCES hosts (id),
    body TEXT NOT NULL,
    state INT2 NOT NULL,
    attempts INT4 NOT NULL,
    due_at INT8 NOT NULL,
    error TEXT,
    received_at INT8 NOT NULL
);
CREATE INDEX inbox_items_due ON inbox_items (due_at, id) WHERE state = 0;

CREATE TABLE jobs (
    id INT8 GENERATED BY DEFAULT AS IDENTITY NOT NULL PRIMARY KEY,
    key TEXT NOT NULL UNIQUE,
    payload TEXT NOT NULL,
    attempts INT4 NOT NULL,
    due_at INT8 NOT NULL,
    dead BOOLEAN NOT NULL,
    error TEXT,
    created_at INT8 NOT NULL
);
CREATE INDEX jobs_due ON jobs (due_at, id) WHERE dead = FALSE;

CREATE TABLE audit_entries (
    id INT8 NOT NULL PRIMARY KEY,
    user_id INT8,
    action TEXT NOT NULL,
    subject TEXT NOT NULL,
    detail TEXT NOT NULL,
    previous TEXT NOT NULL,
    digest TEXT NOT NULL,
    created_at INT8 NOT NULL
);
