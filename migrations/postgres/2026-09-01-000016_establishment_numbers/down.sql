DROP INDEX schools_laestab_once;
ALTER TABLE schools DROP COLUMN laestab;
