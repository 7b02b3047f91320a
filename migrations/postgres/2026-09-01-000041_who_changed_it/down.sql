DROP TABLE person_corrections;
ALTER TABLE pauses DROP COLUMN superseded_by;
ALTER TABLE pauses DROP COLUMN recorded_by;
ALTER TABLE posts DROP COLUMN recorded_by;
