-- Who read a version for safeguarding, data protection or employment, and found it good.
CREATE TABLE sign_offs (
    id BIGSERIAL PRIMARY KEY,
    kind TEXT NOT NULL,
    slug TEXT NOT NULL,
    version TEXT NOT NULL,
    reader TEXT NOT NULL,
    person_id BIGINT NOT NULL REFERENCES people (id),
    signed_day TEXT NOT NULL,
    recorded_at BIGINT NOT NULL
);
CREATE INDEX sign_offs_by_version ON sign_offs (kind, slug, version);
CREATE INDEX sign_offs_by_person ON sign_offs (person_id);
