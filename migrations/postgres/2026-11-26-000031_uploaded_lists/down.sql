ALTER TABLE hosts DROP COLUMN open_sign_ups;
DROP TABLE uploaded_lists;
