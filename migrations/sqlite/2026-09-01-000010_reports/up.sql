CREATE TABLE reports (
    id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    number TEXT NOT NULL UNIQUE,
    school_id BIGINT REFERENCES schools (id),
    as_at BIGINT NOT NULL,
    log_size BIGINT NOT NULL,
    checkpoint TEXT NOT NULL,
    headline TEXT NOT NULL,
    document BLOB NOT NULL,
    issued_by BIGINT,
    issued_at BIGINT NOT NULL
);
