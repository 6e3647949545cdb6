ALTER TABLE profiles DROP COLUMN quote_policy;
ALTER TABLE contributions DROP COLUMN quote_policy;
DROP TABLE quotes;
