-- The bytes that people saw. Never removed while an entry names them.
CREATE TABLE contents (
    id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    kind TEXT NOT NULL,
    slug TEXT NOT NULL,
    version TEXT NOT NULL,
    title TEXT NOT NULL,
    files BLOB NOT NULL,
    stored_at BIGINT NOT NULL,
    -- The day of its newest change after which everybody signs again or takes the course again.
    asks_again_on TEXT,
    UNIQUE (kind, slug, version)
);
