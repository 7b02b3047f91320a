-- A question that counts as right for everybody, from its first day on.
CREATE TABLE voided_questions (
    id BIGSERIAL PRIMARY KEY,
    slug TEXT NOT NULL,
    question TEXT NOT NULL,
    why TEXT NOT NULL,
    voided_by BIGINT,
    voided_at BIGINT NOT NULL,
    UNIQUE (slug, question)
);
