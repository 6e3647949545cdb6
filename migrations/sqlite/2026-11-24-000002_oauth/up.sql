-- Apps that registered themselves. They never expire: clients keep their keys for good.
CREATE TABLE oauth_apps (
    id INTEGER NOT NULL PRIMARY KEY,
    client_id TEXT NOT NULL UNIQUE,
    secret_hash TEXT NOT NULL,
    name TEXT NOT NULL,
    website TEXT,
    -- One a line, compared letter by letter.
    redirect_uris TEXT NOT NULL,
    scopes TEXT NOT NULL,
    created_at BIGINT NOT NULL
);

-- What an app gets after its user agreed, for ten minutes and one use.
CREATE TABLE oauth_codes (
    code_hash TEXT NOT NULL PRIMARY KEY,
    app_id BIGINT NOT NULL REFERENCES oauth_apps (id),
    user_id BIGINT NOT NULL REFERENCES users (id),
    account_id BIGINT NOT NULL REFERENCES accounts (id),
    redirect_uri TEXT NOT NULL,
    scopes TEXT NOT NULL,
    challenge TEXT,
    expires_at BIGINT NOT NULL,
    -- The digest of the token it was turned into.
    token_hash TEXT
) WITHOUT ROWID;

-- Tokens of apps that speak for nobody.
CREATE TABLE oauth_app_tokens (
    token_hash TEXT NOT NULL PRIMARY KEY,
    app_id BIGINT NOT NULL REFERENCES oauth_apps (id),
    scopes TEXT NOT NULL,
    created_at BIGINT NOT NULL
) WITHOUT ROWID;

-- Null for tokens of the command line.
ALTER TABLE tokens ADD COLUMN app_id BIGINT REFERENCES oauth_apps (id);
