-- That it was done, when, and on which checklist. Nothing else exists.
CREATE TABLE self_checks (
    id BIGSERIAL PRIMARY KEY,
    assignment_id BIGINT NOT NULL UNIQUE REFERENCES assignments (id),
    content_version TEXT NOT NULL,
    done_at BIGINT NOT NULL
);
