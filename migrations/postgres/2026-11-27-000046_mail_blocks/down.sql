DROP TABLE mail_blocks;
