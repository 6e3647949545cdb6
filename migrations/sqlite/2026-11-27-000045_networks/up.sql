-- Networks from which nobody joins, or of which nothing is answered.
CREATE TABLE network_rules (
    id INTEGER NOT NULL PRIMARY KEY,
    network TEXT NOT NULL UNIQUE,
    bar SMALLINT NOT NULL,
    comment TEXT NOT NULL,
    ends_at BIGINT,
    user_id BIGINT,
    created_at BIGINT NOT NULL
);
