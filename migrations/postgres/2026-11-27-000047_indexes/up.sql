-- What is asked for often, or while everybody waits to write, is found without a look at everything. SQLite uses an
-- index on some of the rows only where a query has its condition word for word (`store::verbatim`).

-- The home page: what an organization carries and asked.
CREATE INDEX contributions_questions ON contributions (author_id, id) WHERE kind = 1;
CREATE INDEX questions_asked_by ON questions (asked_by);

-- The number beside the bell, on each page of a member.
CREATE INDEX notifications_unread ON notifications (account_id, id) WHERE read_at IS NULL AND filtered = FALSE;

-- Direct messages by their keys.
CREATE INDEX contributions_letters ON contributions (id) WHERE visibility = 3;

-- Whose inbox an address is, and what somebody sent that was not applied: asked when an account is deleted.
CREATE INDEX accounts_inbox ON accounts (inbox);
CREATE INDEX accounts_shared_inbox ON accounts (shared_inbox) WHERE shared_inbox IS NOT NULL;
CREATE INDEX inbox_items_signer ON inbox_items (signer_id) WHERE state <> 1;

-- What the daily cleanup removes.
CREATE INDEX inbox_items_old ON inbox_items (received_at) WHERE state <> 0;
CREATE INDEX tombstones_old ON tombstones (created_at) WHERE kind IS NULL;
CREATE INDEX contributions_deleted ON contributions (uri) WHERE state = 3;

-- What was put aside.
CREATE INDEX inbox_items_parked ON inbox_items (id) WHERE state = 2;
CREATE INDEX deliveries_aside ON deliveries (host_id, dead, id) WHERE dead = TRUE;
CREATE INDEX jobs_aside ON jobs (id) WHERE dead = TRUE;

-- Organizations by their keys.
CREATE INDEX accounts_kind ON accounts (kind, id);

-- Counting what answers a text and what a thread has asks who may see it: it is all in the index.
DROP INDEX contributions_reply;
CREATE INDEX contributions_reply ON contributions (in_reply_to_id, id, kind, state, visibility, author_id);
DROP INDEX contributions_thread;
CREATE INDEX contributions_thread ON contributions (thread_id, id, in_reply_to_id, author_id, state, visibility);

-- The beginning of another one, `follows_follower_id`.
DROP INDEX follows_follower;
