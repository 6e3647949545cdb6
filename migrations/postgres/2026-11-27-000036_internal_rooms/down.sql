DROP TABLE internal_room_threads;
DROP TABLE internal_rooms;
