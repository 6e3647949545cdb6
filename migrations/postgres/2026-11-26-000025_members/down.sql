DROP TABLE archives;
DROP INDEX contributions_internal;
DROP TABLE host_arrivals;
DROP TABLE expulsions;
DROP TABLE withheld_votes;
DROP TABLE withheld_boosts;
DROP TABLE withheld_likes;
ALTER TABLE warnings DROP COLUMN user_id;
