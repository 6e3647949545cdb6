-- Who confirms where an organization goes on when its server is lost; chosen in advance, by its own description.
CREATE TABLE guarantors (
    account_id BIGINT NOT NULL REFERENCES accounts (id),
    uri TEXT NOT NULL,
    needed INTEGER NOT NULL,
    dropped_at BIGINT,
    PRIMARY KEY (account_id, uri)
);

-- What guarantors said: the new account, and the key with which it signs.
CREATE TABLE successions (
    account_id BIGINT NOT NULL REFERENCES accounts (id),
    guarantor TEXT NOT NULL,
    successor TEXT NOT NULL,
    signing_key TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (account_id, guarantor)
);

-- The account of ours says that it continues one of another server.
ALTER TABLE profiles ADD COLUMN continues TEXT;
