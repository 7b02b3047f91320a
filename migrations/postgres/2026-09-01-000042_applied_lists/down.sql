ALTER TABLE import_uploads DROP COLUMN done;
