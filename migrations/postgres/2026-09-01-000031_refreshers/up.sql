-- One try a cycle for somebody who did the modules the year before. It stays on the versions that it began with.
CREATE TABLE refreshers (
    id BIGSERIAL PRIMARY KEY,
    person_id BIGINT NOT NULL REFERENCES people (id),
    cycle TEXT NOT NULL,
    content_versions TEXT NOT NULL,
    seed BIGINT NOT NULL,
    drawn TEXT NOT NULL,
    started_at BIGINT NOT NULL,
    finished_at BIGINT,
    UNIQUE (person_id, cycle)
);
CREATE TABLE refresher_answers (
    id BIGSERIAL PRIMARY KEY,
    refresher_id BIGINT NOT NULL REFERENCES refreshers (id),
    place INTEGER NOT NULL,
    question TEXT NOT NULL,
    chosen TEXT NOT NULL,
    is_right BOOLEAN NOT NULL,
    answered_at BIGINT NOT NULL,
    UNIQUE (refresher_id, place)
);
