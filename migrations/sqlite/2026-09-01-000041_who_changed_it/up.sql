-- Who recorded what the staff list says; unknown of what was recorded before, and nobody where the program did it.
ALTER TABLE posts ADD COLUMN recorded_by BIGINT;
ALTER TABLE pauses ADD COLUMN recorded_by BIGINT;
ALTER TABLE pauses ADD COLUMN superseded_by BIGINT;

-- Which of somebody's names, email, title or code was put right. What it was is not kept: a name given up is nobody's business.
CREATE TABLE person_corrections (
    id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    person_id BIGINT NOT NULL REFERENCES people (id),
    field TEXT NOT NULL,
    recorded_by BIGINT,
    recorded_at BIGINT NOT NULL
);
CREATE INDEX person_corrections_by_person ON person_corrections (person_id);
