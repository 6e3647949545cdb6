DROP TABLE event_links;
DROP TABLE event_sources;
DROP TABLE events;
