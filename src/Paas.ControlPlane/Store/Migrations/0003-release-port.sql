-- The port that the release's web process listens on, where its image says; null for the platform's own, which it is told.
ALTER TABLE releases ADD COLUMN port INTEGER;
