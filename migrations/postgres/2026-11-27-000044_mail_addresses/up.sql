-- Where somebody who signs in here wants letters, if they want any. Nothing is sent to an address before it is
-- confirmed, but the letter that asks for that; its link is kept as a digest.
CREATE TABLE mail_addresses (
    user_id BIGINT NOT NULL PRIMARY KEY REFERENCES users (id),
    address TEXT NOT NULL,
    language TEXT NOT NULL,
    entered_at BIGINT NOT NULL,
    confirmed_at BIGINT,
    token_hash TEXT,
    expires_at BIGINT
);

-- A confirmed address belongs to one person. One that is only entered keeps nobody else from confirming it.
CREATE UNIQUE INDEX mail_addresses_confirmed ON mail_addresses (address) WHERE confirmed_at IS NOT NULL;
CREATE UNIQUE INDEX mail_addresses_token ON mail_addresses (token_hash);
