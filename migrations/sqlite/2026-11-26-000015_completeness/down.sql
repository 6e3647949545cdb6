DROP TABLE thread_checks;
DROP TABLE catalogues;
