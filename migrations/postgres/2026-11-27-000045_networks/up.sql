-- Networks from which nobody joins, or of which nothing is answered.
CREATE TABLE network_rules (
    id INT8 NOT NULL PRIMARY KEY,
    network TEXT NOT NULL UNIQUE,
    bar INT2 NOT NULL,
    comment TEXT NOT NULL,
    ends_at INT8,
    user_id INT8,
    created_at INT8 NOT NULL
);
