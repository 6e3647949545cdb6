-- Texts of servers of other kinds that belong, or may belong, to a question: what waits for a
-- moderator, what the map shows, and what it showed.
CREATE TABLE external_statements (
    contribution_id BIGINT NOT NULL REFERENCES contributions (id),
    qid TEXT NOT NULL,
    listing SMALLINT NOT NULL,
    created_at BIGINT NOT NULL,
    listed_at BIGINT,
    withdrawn_at BIGINT,
    PRIMARY KEY (contribution_id, qid)
) WITHOUT ROWID;
CREATE INDEX external_statements_qid ON external_statements (qid, listing);
CREATE INDEX external_statements_listing ON external_statements (listing, contribution_id);
