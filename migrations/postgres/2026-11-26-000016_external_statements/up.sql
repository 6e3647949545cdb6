-- Texts of servers of other kinds that belong, or may belong, to a question: what waits for a
-- moderator, what the map shows, and what it showed.
CREATE TABLE external_statements (
    contribution_id INT8 NOT NULL REFERENCES contributions (id),
    qid TEXT NOT NULL,
    listing INT2 NOT NULL,
    created_at INT8 NOT NULL,
    listed_at INT8,
    withdrawn_at INT8,
    PRIMARY KEY (contribution_id, qid)
);
CREATE INDEX external_statements_qid ON external_statements (qid, listing);
CREATE INDEX external_statements_listing ON external_statements (listing, contribution_id);
