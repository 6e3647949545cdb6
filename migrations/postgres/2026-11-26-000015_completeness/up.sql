-- How far what an organization published before it was followed has been fetched.
CREATE TABLE catalogues (
    account_id INT8 NOT NULL PRIMARY KEY REFERENCES accounts (id),
    next TEXT,
    complete_to INT8,
    taken INT4 NOT NULL,
    finished_at INT8,
    updated_at INT8 NOT NULL
);

-- What the origin of a thread says to know of it.
CREATE TABLE thread_checks (
    contribution_id INT8 NOT NULL PRIMARY KEY REFERENCES contributions (id),
    claimed INT8 NOT NULL,
    checked_at INT8 NOT NULL
);
