CREATE TABLE page_reads (
    id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    assignment_id BIGINT NOT NULL REFERENCES assignments (id),
    page TEXT NOT NULL,
    read_at BIGINT NOT NULL,
    UNIQUE (assignment_id, page)
);

-- An attempt stays on the version that it began with; its seed gives its questions and their order again.
CREATE TABLE attempts (
    id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    assignment_id BIGINT NOT NULL REFERENCES assignments (id),
    content_version TEXT NOT NULL,
    number INTEGER NOT NULL,
    seed BIGINT NOT NULL,
    drawn TEXT NOT NULL,
    started_at BIGINT NOT NULL,
    finished_at BIGINT,
    right_answers INTEGER,
    passed BOOLEAN,
    UNIQUE (assignment_id, number)
);
CREATE UNIQUE INDEX attempts_open_once ON attempts (assignment_id) WHERE finished_at IS NULL;

-- The first answer to a question is final.
CREATE TABLE answers (
    id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    attempt_id BIGINT NOT NULL REFERENCES attempts (id),
    place INTEGER NOT NULL,
    question TEXT NOT NULL,
    chosen TEXT NOT NULL,
    is_right BOOLEAN NOT NULL,
    answered_at BIGINT NOT NULL,
    UNIQUE (attempt_id, place)
);
