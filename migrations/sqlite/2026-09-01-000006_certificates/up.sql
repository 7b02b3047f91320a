CREATE TABLE certificates (
    id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    number TEXT NOT NULL UNIQUE,
    person_id BIGINT NOT NULL REFERENCES people (id),
    assignment_id BIGINT REFERENCES assignments (id),
    kind TEXT NOT NULL,
    cycle TEXT NOT NULL,
    title TEXT NOT NULL,
    printed_name TEXT NOT NULL,
    trust_name TEXT NOT NULL,
    school_name TEXT NOT NULL,
    content_version TEXT NOT NULL,
    completed_day TEXT NOT NULL,
    valid_until TEXT NOT NULL,
    minutes INTEGER,
    token TEXT NOT NULL,
    issued_at BIGINT NOT NULL
);
CREATE INDEX certificates_by_person ON certificates (person_id);
CREATE INDEX certificates_by_assignment ON certificates (assignment_id);
-- How a certificate stopped being valid before its time: replaced by another, or withdrawn.
CREATE TABLE certificate_endings (
    id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    certificate_id BIGINT NOT NULL UNIQUE REFERENCES certificates (id),
    kind TEXT NOT NULL,
    replaced_by TEXT,
    ended_by BIGINT,
    ended_at BIGINT NOT NULL
);
