-- The rows of a bundle are read and counted wherever it is shown.
CREATE INDEX notifications_bundle ON notifications (account_id, bundle, id) WHERE bundle IS NOT NULL;

-- What the admins say about readers' data, and when they last changed that and the description.
ALTER TABLE sites ADD COLUMN privacy TEXT NOT NULL DEFAULT '';
ALTER TABLE sites ADD COLUMN privacy_at BIGINT;
ALTER TABLE sites ADD COLUMN described_at BIGINT;

-- What members are told of decisions about them, and of relations that ended with decisions about others.
ALTER TABLE notifications ADD COLUMN warning_id BIGINT;
ALTER TABLE notifications ADD COLUMN severance TEXT;
