CREATE TABLE schools (
    id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    urn TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL,
    central BOOLEAN NOT NULL,
    listed_at BIGINT NOT NULL
);

CREATE TABLE people (
    id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    pseudonym TEXT NOT NULL UNIQUE,
    title TEXT NOT NULL,
    forename TEXT NOT NULL,
    surname TEXT NOT NULL,
    preferred_forename TEXT NOT NULL,
    preferred_surname TEXT NOT NULL,
    work_email TEXT UNIQUE,
    staff_code TEXT NOT NULL,
    first_listed_at BIGINT NOT NULL,
    changed_at BIGINT NOT NULL
);
CREATE INDEX people_by_surname ON people (surname, forename, id);

-- A reference belongs to its source: 'trust', or 'school:' and the school's id.
CREATE TABLE staff_references (
    id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    person_id BIGINT NOT NULL REFERENCES people (id),
    source TEXT NOT NULL,
    reference TEXT NOT NULL,
    UNIQUE (source, reference)
);
CREATE INDEX staff_references_by_person ON staff_references (person_id);

CREATE TABLE posts (
    id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    person_id BIGINT NOT NULL REFERENCES people (id),
    school_id BIGINT NOT NULL REFERENCES schools (id),
    job_title TEXT NOT NULL,
    role_group TEXT NOT NULL,
    employment_type TEXT NOT NULL,
    fte_basis_points INTEGER,
    term_time_only BOOLEAN,
    is_slt BOOLEAN NOT NULL,
    is_account_admin BOOLEAN NOT NULL,
    takes_images BOOLEAN NOT NULL,
    from_day TEXT NOT NULL,
    until_day TEXT,
    manager_id BIGINT REFERENCES people (id),
    manager_named TEXT,
    recorded_at BIGINT NOT NULL,
    superseded_at BIGINT
);
CREATE INDEX posts_by_person ON posts (person_id);
CREATE INDEX posts_by_school ON posts (school_id, person_id);
CREATE INDEX posts_by_manager ON posts (manager_id);

-- A pause has dates and no reason.
CREATE TABLE pauses (
    id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    person_id BIGINT NOT NULL REFERENCES people (id),
    from_day TEXT NOT NULL,
    until_day TEXT,
    recorded_at BIGINT NOT NULL,
    superseded_at BIGINT
);
CREATE INDEX pauses_by_person ON pauses (person_id);

-- A school's card: whom to tell. No school: the trust's own line.
CREATE TABLE cards (
    id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    school_id BIGINT REFERENCES schools (id),
    slot TEXT NOT NULL,
    words TEXT NOT NULL,
    recorded_by BIGINT,
    recorded_at BIGINT NOT NULL,
    superseded_at BIGINT
);
CREATE INDEX cards_by_school ON cards (school_id, slot);

CREATE TABLE imports (
    id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    file_name TEXT NOT NULL,
    file_hash TEXT NOT NULL,
    school_id BIGINT REFERENCES schools (id),
    applied_by BIGINT,
    applied_at BIGINT NOT NULL,
    new_people BIGINT NOT NULL,
    changed_people BIGINT NOT NULL,
    unchanged_people BIGINT NOT NULL,
    rejected_rows BIGINT NOT NULL
);
