-- Whose texts a moderator rejected while they waited: whoever decides about what comes next reads of it.
CREATE TABLE rejected_authors (
    account_id BIGINT NOT NULL REFERENCES accounts (id),
    condemnation_id BIGINT NOT NULL,
    user_id BIGINT,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (account_id, condemnation_id)
);
CREATE INDEX rejected_authors_condemnation ON rejected_authors (condemnation_id);

-- Servers that were let in from the list of what waits, and what was shown by that, so that it can be taken back.
CREATE TABLE review_approvals (
    host_id BIGINT PRIMARY KEY REFERENCES hosts (id),
    user_id BIGINT,
    public_comment TEXT NOT NULL,
    texts BIGINT NOT NULL,
    created_at BIGINT NOT NULL
);
CREATE TABLE review_released (
    host_id BIGINT NOT NULL REFERENCES hosts (id),
    contribution_id BIGINT NOT NULL,
    PRIMARY KEY (host_id, contribution_id)
);
