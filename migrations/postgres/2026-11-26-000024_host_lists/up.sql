-- How often rules about servers changed: what processes keep of them in memory is good as long as this stays.
ALTER TABLE sites ADD COLUMN rules_version INT8 NOT NULL DEFAULT 0;

-- Lists of rules that others keep and that this site follows.
CREATE TABLE host_lists (
    id INT8 NOT NULL PRIMARY KEY,
    url TEXT NOT NULL UNIQUE,
    title TEXT NOT NULL,
    priority INT4 NOT NULL,
    adopts BOOLEAN NOT NULL,
    user_id INT8,
    created_at INT8 NOT NULL,
    checked_at INT8,
    error TEXT,
    -- How many rules it had at most lately, and when: what shrinks step by step is measured against that.
    most INT4 NOT NULL DEFAULT 0,
    most_at INT8,
    -- The digest of what was not believed when it was read last, and of what an admin said is right.
    doubted TEXT,
    believed TEXT
);

-- What each of them says now.
CREATE TABLE host_list_entries (
    list_id INT8 NOT NULL REFERENCES host_lists (id),
    name TEXT NOT NULL,
    standing INT2 NOT NULL,
    reject_media BOOLEAN NOT NULL,
    reject_reports BOOLEAN NOT NULL,
    public_comment TEXT NOT NULL,
    obfuscate BOOLEAN NOT NULL,
    -- Whether somebody decides about it first, although the list takes effect without asking.
    waits BOOLEAN NOT NULL,
    PRIMARY KEY (list_id, name)
);
CREATE INDEX host_list_entries_name ON host_list_entries (name);

-- Which rules came from which list, and which names admins do not want to be asked about again.
CREATE TABLE listed_rules (
    name TEXT NOT NULL PRIMARY KEY,
    list_id INT8,
    refused BOOLEAN NOT NULL,
    created_at INT8 NOT NULL
);

-- Whoever reported, and whoever was reported, is looked for.
CREATE INDEX reports_target ON reports (target_id);
CREATE INDEX reports_reporter ON reports (reporter_id);
