-- The schools whose own figures, read beside the trust's, would give a small group away: their ids as JSON.
ALTER TABLE reports ADD COLUMN gives_away TEXT;
