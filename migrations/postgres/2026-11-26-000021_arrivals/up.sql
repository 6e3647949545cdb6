-- When what was said elsewhere came here: its key is the moment in which it was said, and that is the
-- word of its author.
ALTER TABLE contributions ADD COLUMN arrived_at BIGINT;
UPDATE contributions SET arrived_at = id >> 16 WHERE NOT local;
CREATE INDEX contributions_arrived ON contributions (arrived_at) WHERE arrived_at IS NOT NULL;
