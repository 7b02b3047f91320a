CREATE TABLE chases (
    id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    chased_by BIGINT,
    chased_at BIGINT NOT NULL,
    letters BIGINT NOT NULL
);
-- Whom a chase wrote to; with the outbox row that holds the letter.
CREATE TABLE chase_letters (
    id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    chase_id BIGINT NOT NULL REFERENCES chases (id),
    person_id BIGINT NOT NULL REFERENCES people (id),
    outbox_id BIGINT NOT NULL REFERENCES outbox (id),
    UNIQUE (chase_id, person_id)
);
CREATE INDEX chase_letters_by_person ON chase_letters (person_id);
