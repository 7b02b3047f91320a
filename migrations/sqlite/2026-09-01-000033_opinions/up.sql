-- What learners say of a course, as counts alone: nobody's row, and no time but the week. A question of the quiz that
-- somebody thinks wrong has its id; the questions at a course's end have theirs.
CREATE TABLE opinions (
    id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    slug TEXT NOT NULL,
    content_version TEXT NOT NULL,
    week TEXT NOT NULL,
    about TEXT NOT NULL,
    said TEXT NOT NULL,
    times INTEGER NOT NULL,
    UNIQUE (slug, content_version, week, about, said)
);
