-- What pages say of themselves, by the address under which contributions name them; a blank title where
-- there is nothing to show.
CREATE TABLE cards (
    id INTEGER NOT NULL PRIMARY KEY,
    url TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL UNIQUE,
    title TEXT NOT NULL,
    description TEXT NOT NULL,
    author TEXT NOT NULL,
    provider TEXT NOT NULL,
    image_url TEXT,
    image_width INTEGER,
    image_height INTEGER,
    image_description TEXT NOT NULL,
    language TEXT,
    published_at BIGINT,
    fetched_at BIGINT NOT NULL
);
-- The one link of a contribution that has a card.
CREATE TABLE contribution_cards (
    contribution_id INTEGER NOT NULL PRIMARY KEY REFERENCES contributions (id),
    url TEXT NOT NULL
);
CREATE INDEX contribution_cards_url ON contribution_cards (url);
