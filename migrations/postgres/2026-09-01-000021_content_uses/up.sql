-- Which version of each course, policy and checklist was in use from when on; an empty one: none any more.
CREATE TABLE content_uses (
    id BIGSERIAL PRIMARY KEY,
    kind TEXT NOT NULL,
    slug TEXT NOT NULL,
    version TEXT NOT NULL,
    used_from BIGINT NOT NULL
);
CREATE INDEX content_uses_by_slug ON content_uses (kind, slug);
