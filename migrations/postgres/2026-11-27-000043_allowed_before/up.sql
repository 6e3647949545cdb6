-- Whether the server was let in before the rule that holds now: whoever takes that rule back lets it in again.
ALTER TABLE host_rules ADD COLUMN allowed_before BOOLEAN NOT NULL DEFAULT FALSE;
