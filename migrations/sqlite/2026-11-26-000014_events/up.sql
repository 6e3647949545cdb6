-- Dated facts. The first and the last day that a date can mean order the chronology.
CREATE TABLE events (
    contribution_id INTEGER NOT NULL PRIMARY KEY REFERENCES contributions (id),
    date TEXT NOT NULL,
    first_day TEXT NOT NULL,
    last_day TEXT NOT NULL,
    place TEXT NOT NULL,
    details TEXT NOT NULL,
    reason TEXT
);
CREATE INDEX events_day ON events (first_day, contribution_id);

CREATE TABLE event_sources (
    contribution_id BIGINT NOT NULL REFERENCES contributions (id),
    rank INTEGER NOT NULL,
    title TEXT NOT NULL,
    url TEXT NOT NULL,
    PRIMARY KEY (contribution_id, rank)
) WITHOUT ROWID;

-- Which positions and theses link to which event, by the address that their text has.
CREATE TABLE event_links (
    contribution_id BIGINT NOT NULL REFERENCES contributions (id),
    address TEXT NOT NULL,
    PRIMARY KEY (contribution_id, address)
) WITHOUT ROWID;
CREATE INDEX event_links_address ON event_links (address);
