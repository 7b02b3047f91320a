-- The seven digits by which some staff lists name a school: the local authority's three, then its own four.
ALTER TABLE schools ADD COLUMN laestab TEXT;
CREATE UNIQUE INDEX schools_laestab_once ON schools (laestab);
