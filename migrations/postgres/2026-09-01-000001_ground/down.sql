DROP TABLE outbox;
DROP TABLE checkpoints;
DROP TABLE evidence_head;
DROP TABLE evidence_entries;
DROP TABLE once_keys;
DROP TABLE settings;
