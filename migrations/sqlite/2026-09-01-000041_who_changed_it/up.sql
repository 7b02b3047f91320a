-- Who recorded what the staff list says; unknown of what was recorded before, and nobody where the program did it.
ALTER TABLE posts ADD COLUMN recorded_by BIGINT;
ALTER TABLE pauses ADD COLUMN recorded_by BIGINT;
ALTER TABLE pauses ADD COLUMN superseded_by BIGINT;

-- A name or an email that was put right: what it was, and what it became.
CREATE TABLE person_corrections (
    id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    person_id BIGINT NOT NULL REFERENCES people (id),
    field TEXT NOT NULL,
    was TEXT NOT NULL,
    became TEXT NOT NULL,
    recorded_by BIGINT,
    recorded_at BIGINT NOT NULL
);
CREATE INDEX person_corrections_by_person ON person_corrections (person_id);
