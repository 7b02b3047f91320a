-- An access role: who, what, where (no school: the whole trust), from, until, and who gave it. It goes with the work email
-- that the person had when it was given: whoever changes somebody's address does not come by their role.
CREATE TABLE grants (
    id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    person_id BIGINT NOT NULL REFERENCES people (id),
    role TEXT NOT NULL,
    school_id BIGINT REFERENCES schools (id),
    from_day TEXT NOT NULL,
    until_day TEXT,
    given_by BIGINT,
    given_to TEXT,
    recorded_at BIGINT NOT NULL,
    superseded_at BIGINT
);
CREATE INDEX grants_by_person ON grants (person_id);

-- Only the hash of a link's token is kept.
CREATE TABLE links (
    id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    token_hash BLOB NOT NULL UNIQUE,
    person_id BIGINT NOT NULL REFERENCES people (id),
    kind TEXT NOT NULL,
    made_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    used_at BIGINT
);
CREATE INDEX links_by_person ON links (person_id, made_at);

-- Askings for a link are counted for known and unknown addresses alike; the address is kept as a keyed hash.
CREATE TABLE link_askings (
    id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    address_hash BLOB NOT NULL,
    asked_at BIGINT NOT NULL
);
CREATE INDEX link_askings_by_address ON link_askings (address_hash, asked_at);
CREATE INDEX link_askings_by_time ON link_askings (asked_at);

CREATE TABLE sessions (
    id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    sid_hash BLOB NOT NULL UNIQUE,
    person_id BIGINT NOT NULL REFERENCES people (id),
    rights TEXT NOT NULL,
    method TEXT NOT NULL,
    shared_computer BOOLEAN NOT NULL,
    form_token TEXT NOT NULL,
    opened_at BIGINT NOT NULL,
    seen_at BIGINT NOT NULL,
    idle_minutes BIGINT NOT NULL,
    ends_at BIGINT NOT NULL,
    ended_at BIGINT
);
CREATE INDEX sessions_by_person ON sessions (person_id);
