DROP INDEX contributions_author_arrived;
CREATE TABLE question_floods (
    host_id INTEGER NOT NULL PRIMARY KEY REFERENCES hosts (id),
    dropped BIGINT NOT NULL,
    first_at BIGINT NOT NULL,
    last_at BIGINT NOT NULL
);
DROP TABLE rebuffs;
ALTER TABLE cached_files DROP COLUMN host;
ALTER TABLE hosts DROP COLUMN dark_since;
