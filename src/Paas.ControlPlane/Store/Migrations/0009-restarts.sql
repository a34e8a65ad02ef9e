-- When it was asked that another instance takes this one's place.
ALTER TABLE instances ADD COLUMN restart_asked_at TEXT;
