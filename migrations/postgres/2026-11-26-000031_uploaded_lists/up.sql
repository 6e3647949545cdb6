-- A list of rules that somebody looks at before it is taken in: one for each admin, for a day.
CREATE TABLE uploaded_lists (
    user_id INT8 NOT NULL PRIMARY KEY REFERENCES users (id),
    digest TEXT NOT NULL,
    content TEXT NOT NULL,
    created_at INT8 NOT NULL
);

-- Whether a server lets anybody sign up, by its own word.
ALTER TABLE hosts ADD COLUMN open_sign_ups BOOLEAN;
