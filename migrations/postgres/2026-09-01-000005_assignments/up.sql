-- No school: the trust's own dates, which hold where a school has none of its own.
CREATE TABLE term_dates (
    id BIGSERIAL PRIMARY KEY,
    school_id BIGINT REFERENCES schools (id),
    kind TEXT NOT NULL,
    name TEXT NOT NULL,
    from_day TEXT NOT NULL,
    until_day TEXT NOT NULL,
    recorded_at BIGINT NOT NULL,
    superseded_at BIGINT
);

CREATE TABLE requirements (
    id BIGSERIAL PRIMARY KEY,
    content_kind TEXT NOT NULL,
    content_slug TEXT NOT NULL,
    place INTEGER NOT NULL,
    UNIQUE (content_kind, content_slug)
);
-- What a requirement asks, of whom, how often and by when; superseded when it changes.
CREATE TABLE requirement_terms (
    id BIGSERIAL PRIMARY KEY,
    requirement_id BIGINT NOT NULL REFERENCES requirements (id),
    audience TEXT NOT NULL,
    every TEXT NOT NULL,
    annual_due TEXT NOT NULL,
    starter_days INTEGER NOT NULL,
    from_day TEXT NOT NULL,
    recorded_at BIGINT NOT NULL,
    superseded_at BIGINT
);
CREATE UNIQUE INDEX requirement_terms_hold_once ON requirement_terms (requirement_id) WHERE superseded_at IS NULL;

CREATE TABLE assignments (
    id BIGSERIAL PRIMARY KEY,
    person_id BIGINT NOT NULL REFERENCES people (id),
    requirement_id BIGINT NOT NULL REFERENCES requirements (id),
    cycle TEXT NOT NULL,
    round INTEGER NOT NULL,
    opens_day TEXT NOT NULL,
    closes_day TEXT NOT NULL,
    recorded_at BIGINT NOT NULL,
    superseded_at BIGINT
);
CREATE UNIQUE INDEX assignments_stand_once ON assignments (person_id, requirement_id, cycle, round) WHERE superseded_at IS NULL;
CREATE INDEX assignments_by_person ON assignments (person_id);

CREATE TABLE due_dates (
    id BIGSERIAL PRIMARY KEY,
    assignment_id BIGINT NOT NULL REFERENCES assignments (id),
    due_day TEXT NOT NULL,
    why TEXT NOT NULL,
    recorded_at BIGINT NOT NULL,
    superseded_at BIGINT
);
CREATE UNIQUE INDEX due_dates_hold_once ON due_dates (assignment_id) WHERE superseded_at IS NULL;
CREATE INDEX due_dates_by_assignment ON due_dates (assignment_id);

CREATE TABLE completions (
    id BIGSERIAL PRIMARY KEY,
    assignment_id BIGINT NOT NULL REFERENCES assignments (id),
    means TEXT NOT NULL,
    content_version TEXT NOT NULL,
    completed_at BIGINT NOT NULL,
    connection_recorded BOOLEAN NOT NULL,
    recorded_at BIGINT NOT NULL,
    superseded_at BIGINT
);
CREATE UNIQUE INDEX completions_close_once ON completions (assignment_id) WHERE superseded_at IS NULL;
CREATE INDEX completions_by_assignment ON completions (assignment_id);

-- No requirement: exempt from all.
CREATE TABLE exemptions (
    id BIGSERIAL PRIMARY KEY,
    person_id BIGINT NOT NULL REFERENCES people (id),
    requirement_id BIGINT REFERENCES requirements (id),
    reason TEXT NOT NULL,
    from_day TEXT NOT NULL,
    until_day TEXT,
    given_by BIGINT,
    recorded_at BIGINT NOT NULL,
    superseded_at BIGINT
);
CREATE INDEX exemptions_by_person ON exemptions (person_id);

-- For which day the table of assignments was brought to what should be, person by person; and what was known then:
-- the person's changed_at, and the edition of the requirements and calendars. A difference in any of them calls for another go.
CREATE TABLE reconciliations (
    person_id BIGINT NOT NULL PRIMARY KEY REFERENCES people (id),
    day TEXT NOT NULL,
    person_changed_at BIGINT NOT NULL,
    edition BIGINT NOT NULL
);
