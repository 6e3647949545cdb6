DROP TABLE taken_rules;
DROP TABLE taken_lists;
