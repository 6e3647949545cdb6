-- The one key pair by which push services know this site.
CREATE TABLE push_keys (
    id INT2 NOT NULL PRIMARY KEY,
    private_key BYTEA NOT NULL,
    created_at INT8 NOT NULL
);

-- Where notifications are sent to apps that sleep: one address per token, and it ends with it.
CREATE TABLE push_subscriptions (
    id INT8 NOT NULL PRIMARY KEY,
    token_hash TEXT NOT NULL UNIQUE,
    account_id INT8 NOT NULL REFERENCES accounts (id),
    endpoint TEXT NOT NULL,
    p256dh BYTEA NOT NULL,
    auth BYTEA NOT NULL,
    standard BOOLEAN NOT NULL,
    alerts TEXT NOT NULL,
    policy INT2 NOT NULL,
    created_at INT8 NOT NULL
);
CREATE INDEX push_subscriptions_account ON push_subscriptions (account_id);

-- The second factor of a login, if it wants one: the shared secret, and the last step that was used.
CREATE TABLE second_factors (
    user_id INT8 NOT NULL PRIMARY KEY REFERENCES users (id),
    secret BYTEA NOT NULL,
    confirmed BOOLEAN NOT NULL,
    last_step INT8 NOT NULL,
    created_at INT8 NOT NULL
);

CREATE TABLE recovery_codes (
    code_hash TEXT NOT NULL PRIMARY KEY,
    user_id INT8 NOT NULL REFERENCES users (id)
);
CREATE INDEX recovery_codes_user ON recovery_codes (user_id);

-- Somebody gave the right password and still owes the code.
CREATE TABLE pending_sign_ins (
    token_hash TEXT NOT NULL PRIMARY KEY,
    user_id INT8 NOT NULL REFERENCES users (id),
    expires_at INT8 NOT NULL
);
