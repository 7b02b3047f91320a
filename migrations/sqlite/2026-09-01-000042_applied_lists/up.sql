-- What was done with a list that was applied, for its sender to read until the list itself would have been forgotten.
ALTER TABLE import_uploads ADD COLUMN done TEXT;
