-- Lists of rules about servers that somebody took in, so that each can be taken back as a whole.
CREATE TABLE taken_lists (
    id BIGINT PRIMARY KEY,
    user_id BIGINT,
    title TEXT NOT NULL,
    rules INTEGER NOT NULL,
    -- Whether everybody can read that it was taken in.
    shown BOOLEAN NOT NULL,
    created_at BIGINT NOT NULL,
    taken_back_at BIGINT
);

-- The rules that came of it, and what was decided about the name before; no standing where nothing was.
CREATE TABLE taken_rules (
    list_id BIGINT NOT NULL REFERENCES taken_lists (id),
    name TEXT NOT NULL,
    standing SMALLINT,
    reject_media BOOLEAN NOT NULL,
    reject_reports BOOLEAN NOT NULL,
    public_comment TEXT NOT NULL,
    obfuscate BOOLEAN NOT NULL,
    -- Whether somebody decided about the name since then.
    changed BOOLEAN NOT NULL,
    PRIMARY KEY (list_id, name)
);
CREATE INDEX taken_rules_name ON taken_rules (name);
