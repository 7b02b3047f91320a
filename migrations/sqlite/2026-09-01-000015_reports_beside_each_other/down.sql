ALTER TABLE reports DROP COLUMN gives_away;
