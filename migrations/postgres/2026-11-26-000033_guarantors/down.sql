ALTER TABLE profiles DROP COLUMN continues;
DROP TABLE successions;
DROP TABLE guarantors;
