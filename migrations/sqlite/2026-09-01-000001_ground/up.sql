-- Settings are superseded, never changed. One row holds for each name.
CREATE TABLE settings (
    id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    name TEXT NOT NULL,
    value TEXT NOT NULL,
    recorded_by BIGINT,
    recorded_at BIGINT NOT NULL,
    superseded_at BIGINT
);
CREATE UNIQUE INDEX settings_hold_once ON settings (name) WHERE superseded_at IS NULL;

-- What a form's hidden once-key led to, kept for 7 days.
CREATE TABLE once_keys (
    id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    once TEXT NOT NULL UNIQUE,
    person_id BIGINT NOT NULL,
    leads_to TEXT NOT NULL,
    kept_until BIGINT NOT NULL
);
CREATE INDEX once_keys_by_end ON once_keys (kept_until);

-- The evidence log: an entry's canonical bytes, their leaf hash, and the two payloads with their salts.
CREATE TABLE evidence_entries (
    position BIGINT NOT NULL PRIMARY KEY,
    entry_id TEXT NOT NULL UNIQUE,
    kind TEXT NOT NULL,
    recorded_at BIGINT NOT NULL,
    leaf BLOB NOT NULL,
    leaf_hash BLOB NOT NULL,
    identity BLOB,
    identity_salt BLOB,
    act BLOB,
    act_salt BLOB
);
CREATE TABLE evidence_head (
    id BIGINT NOT NULL PRIMARY KEY CHECK (id = 1),
    size BIGINT NOT NULL,
    frontier BLOB NOT NULL
);
INSERT INTO evidence_head (id, size, frontier) VALUES (1, 0, x'');
CREATE TABLE checkpoints (
    id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    size BIGINT NOT NULL UNIQUE,
    root BLOB NOT NULL,
    frontier BLOB NOT NULL,
    note TEXT NOT NULL,
    signed_at BIGINT NOT NULL
);

-- Letters wait here, in the act's own transaction, as kind, recipient and values; never with a sign-in link.
CREATE TABLE outbox (
    id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    kind TEXT NOT NULL,
    person_id BIGINT,
    recipient TEXT NOT NULL,
    recipient_name TEXT NOT NULL,
    letter_values TEXT NOT NULL,
    message_id TEXT NOT NULL UNIQUE,
    state TEXT NOT NULL,
    queued_at BIGINT NOT NULL,
    not_before BIGINT NOT NULL,
    attempts INTEGER NOT NULL,
    sent_at BIGINT,
    subject TEXT,
    copy TEXT,
    problem TEXT
);
CREATE INDEX outbox_waiting ON outbox (state, not_before);
CREATE INDEX outbox_by_person ON outbox (person_id);
