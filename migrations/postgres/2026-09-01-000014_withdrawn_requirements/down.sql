ALTER TABLE requirement_terms DROP COLUMN until_day;
