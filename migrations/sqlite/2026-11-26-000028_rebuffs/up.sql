-- Since when a server does not answer what it is asked; whether it takes what is sent to it is another matter.
ALTER TABLE hosts ADD COLUMN dark_since BIGINT;

-- Whose the file is, by the name of the server: of one that does not answer it cannot be fetched again.
ALTER TABLE cached_files ADD COLUMN host TEXT;

-- What of a server was not taken in, one row a reason.
CREATE TABLE rebuffs (
    host_id BIGINT NOT NULL REFERENCES hosts (id),
    reason SMALLINT NOT NULL,
    times BIGINT NOT NULL,
    first_at BIGINT NOT NULL,
    last_at BIGINT NOT NULL,
    PRIMARY KEY (host_id, reason)
);
INSERT INTO rebuffs (host_id, reason, times, first_at, last_at)
    SELECT host_id, 0, dropped, first_at, last_at FROM question_floods;
DROP TABLE question_floods;

-- How much of the debate an organization sent in a day.
CREATE INDEX contributions_author_arrived ON contributions (author_id, arrived_at) WHERE kind <> 0;
