-- What a browser called itself when somebody signed in with it.
ALTER TABLE sessions ADD COLUMN agent TEXT NOT NULL DEFAULT '';

-- Links by which somebody who has lost the password chooses another, once.
CREATE TABLE password_links (
    token_hash TEXT NOT NULL PRIMARY KEY,
    user_id BIGINT NOT NULL REFERENCES users (id),
    created_by_id BIGINT,
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL
);

-- Roles that were given for a time: which hold again afterwards, and when.
CREATE TABLE role_ends (
    user_id BIGINT NOT NULL PRIMARY KEY REFERENCES users (id),
    roles INTEGER NOT NULL,
    ends_at BIGINT NOT NULL
);
