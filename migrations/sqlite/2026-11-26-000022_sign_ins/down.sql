DROP TABLE role_ends;
DROP TABLE password_links;
ALTER TABLE sessions DROP COLUMN agent;
