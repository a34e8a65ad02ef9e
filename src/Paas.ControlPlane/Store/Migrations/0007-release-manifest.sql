-- What the release's app.json says of how it runs: its tasks by the clock and its health checks, as JSON; null where it has none.
ALTER TABLE releases ADD COLUMN manifest TEXT;
