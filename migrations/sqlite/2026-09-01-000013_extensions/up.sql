-- Somebody has until a later day, for one requirement in one cycle.
CREATE TABLE extensions (
    id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    person_id BIGINT NOT NULL REFERENCES people (id),
    requirement_id BIGINT NOT NULL REFERENCES requirements (id),
    cycle TEXT NOT NULL,
    until_day TEXT NOT NULL,
    reason TEXT NOT NULL,
    given_by BIGINT,
    recorded_at BIGINT NOT NULL,
    superseded_at BIGINT
);
CREATE UNIQUE INDEX extensions_hold_once ON extensions (person_id, requirement_id, cycle) WHERE superseded_at IS NULL;
CREATE INDEX extensions_by_person ON extensions (person_id);
