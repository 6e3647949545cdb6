-- Addresses that nobody enters here: those of a domain (0), by its name, and single ones (1), by the digest of their
-- canonical form.
CREATE TABLE mail_blocks (
    id INTEGER NOT NULL PRIMARY KEY,
    kind SMALLINT NOT NULL,
    value TEXT NOT NULL,
    user_id BIGINT,
    created_at BIGINT NOT NULL,
    UNIQUE (kind, value)
);
