ALTER TABLE accounts DROP COLUMN header_url;
DROP TABLE cached_files;
DROP TABLE media;
