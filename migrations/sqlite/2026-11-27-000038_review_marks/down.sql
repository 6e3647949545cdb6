DROP TABLE review_released;
DROP TABLE review_approvals;
DROP TABLE rejected_authors;
