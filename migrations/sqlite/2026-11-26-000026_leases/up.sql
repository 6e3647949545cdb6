-- Which process holds a job or a host: what one held that is no more is free again at once.
ALTER TABLE jobs ADD COLUMN leased_by TEXT;
ALTER TABLE hosts ADD COLUMN leased_by TEXT;

-- How many questions of a server were not taken in because it sent too many at once.
CREATE TABLE question_floods (
    host_id INTEGER NOT NULL PRIMARY KEY REFERENCES hosts (id),
    dropped BIGINT NOT NULL,
    first_at BIGINT NOT NULL,
    last_at BIGINT NOT NULL
);
