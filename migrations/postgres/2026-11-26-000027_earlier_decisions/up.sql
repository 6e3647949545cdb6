-- Likes, boosts and votes of accounts that were suspended before such things were kept aside.
INSERT INTO withheld_likes (account_id, contribution_id, id, uri, created_at)
SELECT account_id, contribution_id, id, uri, created_at FROM likes
WHERE account_id IN (SELECT id FROM accounts WHERE standing = 3)
ON CONFLICT DO NOTHING;
DELETE FROM likes WHERE account_id IN (SELECT id FROM accounts WHERE standing = 3);

INSERT INTO withheld_boosts (id, account_id, contribution_id, uri, created_at)
SELECT id, account_id, contribution_id, uri, created_at FROM boosts
WHERE account_id IN (SELECT id FROM accounts WHERE standing = 3)
ON CONFLICT DO NOTHING;
DELETE FROM boosts WHERE account_id IN (SELECT id FROM accounts WHERE standing = 3);

UPDATE poll_options SET votes = votes - (
    SELECT COUNT(*) FROM poll_votes v
    WHERE v.contribution_id = poll_options.contribution_id AND v.position = poll_options.position
        AND v.account_id IN (SELECT id FROM accounts WHERE standing = 3)
)
WHERE contribution_id IN (SELECT id FROM contributions WHERE local AND id IN (
    SELECT contribution_id FROM poll_votes
    WHERE account_id IN (SELECT id FROM accounts WHERE standing = 3)
));
UPDATE polls SET voters = voters - (
    SELECT COUNT(DISTINCT v.account_id) FROM poll_votes v
    WHERE v.contribution_id = polls.contribution_id
        AND v.account_id IN (SELECT id FROM accounts WHERE standing = 3)
)
WHERE contribution_id IN (SELECT id FROM contributions WHERE local AND id IN (
    SELECT contribution_id FROM poll_votes
    WHERE account_id IN (SELECT id FROM accounts WHERE standing = 3)
));
INSERT INTO withheld_votes (contribution_id, account_id, position, uri, created_at)
SELECT contribution_id, account_id, position, uri, created_at FROM poll_votes
WHERE account_id IN (SELECT id FROM accounts WHERE standing = 3)
    AND contribution_id IN (SELECT id FROM contributions WHERE local)
ON CONFLICT DO NOTHING;
DELETE FROM poll_votes
WHERE account_id IN (SELECT id FROM accounts WHERE standing = 3)
    AND contribution_id IN (SELECT id FROM contributions WHERE local);

-- Versions that were withdrawn while they waited were taken for such that stand: their documents know better.
UPDATE revisions SET state = 1
WHERE state = 0 AND (document LIKE '%"plenum:status":"superseded"%' OR document LIKE '%"plenum:status": "superseded"%')
    AND contribution_id IN (SELECT id FROM contributions WHERE NOT local);
UPDATE revisions SET state = 2
WHERE state = 0 AND (document LIKE '%"plenum:status":"retracted"%' OR document LIKE '%"plenum:status": "retracted"%')
    AND contribution_id IN (SELECT id FROM contributions WHERE NOT local);

-- Who decided what somebody may still object to: they do not answer the objection themselves.
UPDATE warnings SET user_id = COALESCE(
    (SELECT reports.closed_by_id FROM reports WHERE reports.id = warnings.report_id),
    (SELECT account_rules.user_id FROM account_rules WHERE account_rules.account_id = warnings.account_id)
)
WHERE user_id IS NULL AND answered_at IS NULL;

-- What came within the longest time that a rule about servers can look back to, counted for rules that there are.
INSERT INTO host_arrivals (host_id, minute, texts)
SELECT a.host_id, c.arrived_at / 60000, COUNT(*)
FROM contributions c JOIN accounts a ON a.id = c.author_id
WHERE a.host_id IS NOT NULL AND c.kind IN (0, 5)
    AND c.arrived_at >= (EXTRACT(EPOCH FROM now()) * 1000)::INT8 - 86400000
    AND EXISTS (SELECT 1 FROM content_rules WHERE kind = 5)
GROUP BY a.host_id, c.arrived_at / 60000
ON CONFLICT (host_id, minute) DO UPDATE SET texts = excluded.texts;
