-- A staff list between its dry run and its application. It goes when it is applied, or after a day.
CREATE TABLE import_uploads (
    id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    person_id BIGINT NOT NULL REFERENCES people (id),
    school_id BIGINT REFERENCES schools (id),
    file_name TEXT NOT NULL,
    bytes BLOB NOT NULL,
    uploaded_at BIGINT NOT NULL
);
