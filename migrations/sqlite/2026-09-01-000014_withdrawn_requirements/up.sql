-- The last day on which a requirement is asked, once it is withdrawn.
ALTER TABLE requirement_terms ADD COLUMN until_day TEXT;
