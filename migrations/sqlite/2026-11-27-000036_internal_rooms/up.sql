-- Subjects under which members talk among themselves, and the conversations that were begun there.
CREATE TABLE internal_rooms (
    id INTEGER NOT NULL PRIMARY KEY,
    title TEXT NOT NULL,
    created_by BIGINT NOT NULL REFERENCES accounts (id),
    created_at BIGINT NOT NULL,
    closed_at BIGINT
);
CREATE TABLE internal_room_threads (
    thread_id INTEGER NOT NULL PRIMARY KEY REFERENCES contributions (id),
    room_id BIGINT NOT NULL REFERENCES internal_rooms (id)
);
CREATE INDEX internal_room_threads_room ON internal_room_threads (room_id, thread_id);
