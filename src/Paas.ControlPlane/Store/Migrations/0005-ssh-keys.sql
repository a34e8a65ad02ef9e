CREATE TABLE ssh_keys (
    name         TEXT NOT NULL PRIMARY KEY,
    fingerprint  TEXT NOT NULL UNIQUE,
    type         TEXT NOT NULL,
    user         TEXT NOT NULL,
    created_at   TEXT NOT NULL
) STRICT;
