DROP INDEX contributions_author_arrived;
CREATE TABLE question_floods (
    host_id INT8 NOT NULL PRIMARY KEY REFERENCES hosts (id),
    dropped INT8 NOT NULL,
    first_at INT8 NOT NULL,
    last_at INT8 NOT NULL
);
DROP TABLE rebuffs;
ALTER TABLE cached_files DROP COLUMN host;
ALTER TABLE hosts DROP COLUMN dark_since;
