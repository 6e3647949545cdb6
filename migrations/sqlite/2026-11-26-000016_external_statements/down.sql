DROP TABLE external_statements;
