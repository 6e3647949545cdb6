-- A post that shows another contribution inside itself, and whether the author of that one agrees.
CREATE TABLE quotes (
    contribution_id INTEGER NOT NULL PRIMARY KEY REFERENCES contributions (id),
    quoted_id BIGINT REFERENCES contributions (id),
    quoted_uri TEXT NOT NULL,
    state SMALLINT NOT NULL,
    stamp_uri TEXT,
    request_uri TEXT
);
CREATE INDEX quotes_quoted ON quotes (quoted_id, contribution_id);
CREATE INDEX quotes_quoted_uri ON quotes (quoted_uri);
CREATE INDEX quotes_stamp ON quotes (stamp_uri);
CREATE INDEX quotes_request ON quotes (request_uri);

-- Who may quote, as bits. What we published so far said: everyone.
ALTER TABLE contributions ADD COLUMN quote_policy SMALLINT NOT NULL DEFAULT 0;
UPDATE contributions SET quote_policy = 1 WHERE local AND visibility <= 1;
ALTER TABLE profiles ADD COLUMN quote_policy SMALLINT NOT NULL DEFAULT 1;
