DROP TABLE pending_sign_ins;
DROP TABLE recovery_codes;
DROP TABLE second_factors;
DROP TABLE push_subscriptions;
DROP TABLE push_keys;
