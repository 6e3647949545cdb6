-- Small pictures that texts name between colons: ours, where the host is blank, and those of others.
CREATE TABLE emojis (
    id BIGINT NOT NULL PRIMARY KEY,
    host TEXT NOT NULL,
    shortcode TEXT NOT NULL,
    category TEXT NOT NULL,
    name TEXT NOT NULL UNIQUE,
    media_type TEXT NOT NULL,
    file TEXT,
    remote_url TEXT,
    bytes BIGINT NOT NULL,
    updated_at BIGINT NOT NULL
);
CREATE UNIQUE INDEX emojis_shortcode ON emojis (host, shortcode);
