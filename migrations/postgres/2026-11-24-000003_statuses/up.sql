-- What timelines are read from: a narrow row per contribution and boost. Triggers keep it, like an
-- index, so that no way of writing can forget it. Theses are no part of it: they are not pushed.
CREATE TABLE feed (
    id INT8 NOT NULL PRIMARY KEY,
    account_id INT8 NOT NULL,
    contribution_id INT8 NOT NULL
);
CREATE INDEX feed_account ON feed (account_id, id);
CREATE INDEX feed_contribution ON feed (contribution_id);

-- Counting a million rows for every avatar would be slow.
CREATE TABLE account_counts (
    account_id INT8 NOT NULL PRIMARY KEY,
    contributions INT8 NOT NULL,
    followers INT8 NOT NULL,
    following INT8 NOT NULL
);

INSERT INTO feed (id, account_id, contribution_id)
    SELECT id, author_id, id FROM contributions WHERE kind <> 4 AND state <> 3
    UNION ALL
    SELECT b.id, b.account_id, b.contribution_id
    FROM boosts b JOIN contributions c ON c.id = b.contribution_id WHERE c.state <> 3;

INSERT INTO account_counts (account_id, contributions, followers, following)
    SELECT a.id,
        (SELECT count(*) FROM contributions WHERE author_id = a.id AND kind <> 4 AND state <> 3 AND visibility <= 2),
        (SELECT count(*) FROM follows WHERE followee_id = a.id AND state = 1),
        (SELECT count(*) FROM follows WHERE follower_id = a.id AND state = 1)
    FROM accounts a;

CREATE FUNCTION accounts_counted() RETURNS TRIGGER LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO account_counts (account_id, contributions, followers, following) VALUES (NEW.id, 0, 0, 0);
    RETURN NULL;
END $$;
CREATE TRIGGER accounts_counted AFTER INSERT ON accounts FOR EACH ROW
    EXECUTE FUNCTION accounts_counted();

CREATE FUNCTION contributions_fed() RETURNS TRIGGER LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO feed (id, account_id, contribution_id) VALUES (NEW.id, NEW.author_id, NEW.id);
    UPDATE account_counts SET contributions = contributions + 1
        WHERE account_id = NEW.author_id AND NEW.visibility <= 2;
    RETURN NULL;
END $$;
CREATE TRIGGER contributions_fed AFTER INSERT ON contributions FOR EACH ROW
    WHEN (NEW.kind <> 4 AND NEW.state <> 3)
    EXECUTE FUNCTION contributions_fed();

CREATE FUNCTION contributions_unfed() RETURNS TRIGGER LANGUAGE plpgsql AS $$
BEGIN
    DELETE FROM feed WHERE contribution_id = NEW.id;
    UPDATE account_counts SET contributions = contributions - 1
        WHERE account_id = NEW.author_id AND NEW.visibility <= 2;
    RETURN NULL;
END $$;
CREATE TRIGGER contributions_unfed AFTER UPDATE OF state ON contributions FOR EACH ROW
    WHEN (NEW.state = 3 AND OLD.state <> 3 AND NEW.kind <> 4)
    EXECUTE FUNCTION contributions_unfed();

CREATE FUNCTION boosts_fed() RETURNS TRIGGER LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO feed (id, account_id, contribution_id) VALUES (NEW.id, NEW.account_id, NEW.contribution_id);
    RETURN NULL;
END $$;
CREATE TRIGGER boosts_fed AFTER INSERT ON boosts FOR EACH ROW
    EXECUTE FUNCTION boosts_fed();

CREATE FUNCTION boosts_unfed() RETURNS TRIGGER LANGUAGE plpgsql AS $$
BEGIN
    DELETE FROM feed WHERE id = OLD.id;
    RETURN NULL;
END $$;
CREATE TRIGGER boosts_unfed AFTER DELETE ON boosts FOR EACH ROW
    EXECUTE FUNCTION boosts_unfed();

CREATE FUNCTION follows_counted() RETURNS TRIGGER LANGUAGE plpgsql AS $$
BEGIN
    UPDATE account_counts SET followers = followers + 1 WHERE account_id = NEW.followee_id;
    UPDATE account_counts SET following = following + 1 WHERE account_id = NEW.follower_id;
    RETURN NULL;
END $$;
CREATE TRIGGER follows_counted AFTER INSERT ON follows FOR EACH ROW
    WHEN (NEW.state = 1)
    EXECUTE FUNCTION follows_counted();

CREATE FUNCTION follows_recounted() RETURNS TRIGGER LANGUAGE plpgsql AS $$
BEGIN
    UPDATE account_counts SET followers = followers + NEW.state - OLD.state WHERE account_id = NEW.followee_id;
    UPDATE account_counts SET following = following + NEW.state - OLD.state WHERE account_id = NEW.follower_id;
    RETURN NULL;
END $$;
CREATE TRIGGER follows_recounted AFTER UPDATE OF state ON follows FOR EACH ROW
    WHEN (NEW.state <> OLD.state)
    EXECUTE FUNCTION follows_recounted();

CREATE FUNCTION follows_uncounted() RETURNS TRIGGER LANGUAGE plpgsql AS $$
BEGIN
    UPDATE account_counts SET followers = followers - 1 WHERE account_id = OLD.followee_id;
    UPDATE account_counts SET following = following - 1 WHERE account_id = OLD.follower_id;
    RETURN NULL;
END $$;
CREATE TRIGGER follows_uncounted AFTER DELETE ON follows FOR EACH ROW
    WHEN (OLD.state = 1)
    EXECUTE FUNCTION follows_uncounted();

-- Public timelines.
CREATE INDEX contributions_public ON contributions (local, visibility, id);

-- Likes are listed by the order in which they were given.
ALTER TABLE likes ADD COLUMN id INT8 NOT NULL DEFAULT 0;
UPDATE likes SET id = created_at * 65536 + contribution_id % 65536;
DROP INDEX likes_contribution;
CREATE INDEX likes_contribution ON likes (contribution_id, id);
CREATE INDEX likes_account ON likes (account_id, id);
DROP INDEX boosts_contribution;
CREATE INDEX boosts_contribution ON boosts (contribution_id, id);

CREATE TABLE bookmarks (
    id INT8 NOT NULL PRIMARY KEY,
    account_id INT8 NOT NULL REFERENCES accounts (id),
    contribution_id INT8 NOT NULL REFERENCES contributions (id),
    created_at INT8 NOT NULL
);
CREATE UNIQUE INDEX bookmarks_once ON bookmarks (account_id, contribution_id);
CREATE INDEX bookmarks_account ON bookmarks (account_id, id);

CREATE TABLE muted_threads (
    account_id INT8 NOT NULL REFERENCES accounts (id),
    thread_id INT8 NOT NULL,
    created_at INT8 NOT NULL,
    PRIMARY KEY (account_id, thread_id)
);

CREATE TABLE scheduled_posts (
    id INT8 NOT NULL PRIMARY KEY,
    account_id INT8 NOT NULL REFERENCES accounts (id),
    user_id INT8 NOT NULL REFERENCES users (id),
    due_at INT8 NOT NULL,
    params TEXT NOT NULL,
    created_at INT8 NOT NULL
);
CREATE INDEX scheduled_posts_account ON scheduled_posts (account_id, id);

CREATE TABLE idempotency_keys (
    account_id INT8 NOT NULL REFERENCES accounts (id),
    key TEXT NOT NULL,
    contribution_id INT8,
    scheduled_id INT8,
    created_at INT8 NOT NULL,
    PRIMARY KEY (account_id, key)
);
CREATE INDEX idempotency_keys_age ON idempotency_keys (created_at);

CREATE TABLE polls (
    contribution_id INT8 NOT NULL PRIMARY KEY REFERENCES contributions (id),
    ends_at INT8,
    multiple BOOL NOT NULL,
    hides_totals BOOL NOT NULL,
    voters INT8 NOT NULL
);

CREATE TABLE poll_options (
    contribution_id INT8 NOT NULL REFERENCES contributions (id),
    position INT4 NOT NULL,
    title TEXT NOT NULL,
    votes INT8 NOT NULL,
    PRIMARY KEY (contribution_id, position)
);

CREATE TABLE poll_votes (
    contribution_id INT8 NOT NULL REFERENCES contributions (id),
    account_id INT8 NOT NULL REFERENCES accounts (id),
    position INT4 NOT NULL,
    uri TEXT NOT NULL,
    created_at INT8 NOT NULL,
    PRIMARY KEY (contribution_id, account_id, position)
);
