-- A staff list between its dry run and its application. It goes when it is applied, or after a day.
CREATE TABLE import_uploads (
    id BIGSERIAL PRIMARY KEY,
    person_id BIGINT NOT NULL REFERENCES people (id),
    school_id BIGINT REFERENCES schools (id),
    file_name TEXT NOT NULL,
    bytes BYTEA NOT NULL,
    uploaded_at BIGINT NOT NULL
);
