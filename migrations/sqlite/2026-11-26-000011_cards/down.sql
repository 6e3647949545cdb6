DROP TABLE contribution_cards;
DROP TABLE cards;
