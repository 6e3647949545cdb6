ALTER TABLE tokens DROP COLUMN app_id;
DROP TABLE oauth_app_tokens;
DROP TABLE oauth_codes;
DROP TABLE oauth_apps;
