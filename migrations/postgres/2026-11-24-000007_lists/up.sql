-- What the admins ask of everybody, in this order.
CREATE TABLE rules (
    id BIGINT NOT NULL PRIMARY KEY,
    text TEXT NOT NULL,
    hint TEXT NOT NULL,
    rank INTEGER NOT NULL
);

CREATE TABLE announcements (
    id BIGINT NOT NULL PRIMARY KEY,
    markdown TEXT NOT NULL,
    starts_at BIGINT,
    ends_at BIGINT,
    published_at BIGINT NOT NULL
);

CREATE TABLE announcement_reads (
    account_id BIGINT NOT NULL REFERENCES accounts (id),
    announcement_id BIGINT NOT NULL REFERENCES announcements (id) ON DELETE CASCADE,
    PRIMARY KEY (account_id, announcement_id)
);

CREATE TABLE announcement_reactions (
    announcement_id BIGINT NOT NULL REFERENCES announcements (id) ON DELETE CASCADE,
    account_id BIGINT NOT NULL REFERENCES accounts (id),
    name TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (announcement_id, account_id, name)
);
