CREATE TABLE attestations (
    id BIGSERIAL PRIMARY KEY,
    assignment_id BIGINT NOT NULL UNIQUE REFERENCES assignments (id),
    content_version TEXT NOT NULL,
    printed_name TEXT NOT NULL,
    statements TEXT NOT NULL,
    reference TEXT NOT NULL UNIQUE,
    entry_id TEXT NOT NULL,
    signed_at BIGINT NOT NULL
);

-- Statements ticked by somebody who could not yet confirm all of them.
CREATE TABLE statement_ticks (
    id BIGSERIAL PRIMARY KEY,
    assignment_id BIGINT NOT NULL REFERENCES assignments (id),
    content_version TEXT NOT NULL,
    statement TEXT NOT NULL,
    ticked_at BIGINT NOT NULL,
    UNIQUE (assignment_id, content_version, statement)
);

-- "I can't confirm this yet": a question, a connection (its type only), or a disagreement.
CREATE TABLE queries (
    id BIGSERIAL PRIMARY KEY,
    assignment_id BIGINT NOT NULL REFERENCES assignments (id),
    statement TEXT NOT NULL,
    kind TEXT NOT NULL,
    words TEXT NOT NULL,
    opened_at BIGINT NOT NULL
);
CREATE INDEX queries_by_assignment ON queries (assignment_id);
CREATE TABLE query_closings (
    id BIGSERIAL PRIMARY KEY,
    query_id BIGINT NOT NULL UNIQUE REFERENCES queries (id),
    outcome TEXT NOT NULL,
    words TEXT NOT NULL,
    review_day TEXT,
    closed_by BIGINT,
    closed_at BIGINT NOT NULL
);
