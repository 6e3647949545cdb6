-- How far what an organization published before it was followed has been fetched.
CREATE TABLE catalogues (
    account_id INTEGER NOT NULL PRIMARY KEY REFERENCES accounts (id),
    next TEXT,
    complete_to BIGINT,
    taken INTEGER NOT NULL,
    finished_at BIGINT,
    updated_at BIGINT NOT NULL
);

-- What the origin of a thread says to know of it.
CREATE TABLE thread_checks (
    contribution_id INTEGER NOT NULL PRIMARY KEY REFERENCES contributions (id),
    claimed BIGINT NOT NULL,
    checked_at BIGINT NOT NULL
);
