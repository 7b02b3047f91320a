-- A question that counts as right for everybody, from its first day on.
CREATE TABLE voided_questions (
    id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    slug TEXT NOT NULL,
    question TEXT NOT NULL,
    why TEXT NOT NULL,
    voided_by BIGINT,
    voided_at BIGINT NOT NULL,
    UNIQUE (slug, question)
);
