CREATE TABLE media (
    id BIGINT NOT NULL PRIMARY KEY,
    account_id BIGINT NOT NULL REFERENCES accounts (id),
    contribution_id BIGINT REFERENCES contributions (id),
    rank INTEGER NOT NULL,
    purpose SMALLINT NOT NULL,
    kind SMALLINT NOT NULL,
    media_type TEXT NOT NULL,
    name TEXT NOT NULL UNIQUE,
    file TEXT,
    preview TEXT,
    remote_url TEXT,
    bytes BIGINT NOT NULL,
    width INTEGER,
    height INTEGER,
    preview_width INTEGER,
    preview_height INTEGER,
    duration_ms BIGINT,
    description TEXT NOT NULL,
    blurhash TEXT,
    focus_x DOUBLE PRECISION,
    focus_y DOUBLE PRECISION,
    created_at BIGINT NOT NULL
);
CREATE INDEX media_contribution ON media (contribution_id, rank) WHERE contribution_id IS NOT NULL;
CREATE INDEX media_account ON media (account_id, purpose);
CREATE INDEX media_waiting ON media (created_at) WHERE contribution_id IS NULL AND purpose = 0;

CREATE TABLE cached_files (
    address TEXT NOT NULL PRIMARY KEY,
    media_type TEXT NOT NULL,
    file TEXT NOT NULL,
    bytes BIGINT NOT NULL,
    fetched_at BIGINT NOT NULL
);
CREATE INDEX cached_files_age ON cached_files (fetched_at);

ALTER TABLE accounts ADD COLUMN header_url TEXT;
