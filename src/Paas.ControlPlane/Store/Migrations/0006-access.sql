CREATE TABLE users (
    name        TEXT NOT NULL PRIMARY KEY,
    admin       INTEGER NOT NULL DEFAULT 0 CHECK (admin IN (0, 1)),
    created_at  TEXT NOT NULL
) STRICT;

CREATE TABLE app_access (
    app   TEXT NOT NULL REFERENCES apps(name) ON DELETE CASCADE,
    user  TEXT NOT NULL REFERENCES users(name) ON DELETE CASCADE,
    role  TEXT NOT NULL CHECK (role IN ('Read', 'Deploy', 'Admin')),
    PRIMARY KEY (app, user)
) STRICT, WITHOUT ROWID;

CREATE INDEX app_access_by_user ON app_access (user);

-- Without a user a token is root's; tokens from before there were users are.
ALTER TABLE tokens ADD COLUMN user TEXT REFERENCES users(name) ON DELETE CASCADE;
ALTER TABLE tokens ADD COLUMN scope TEXT NOT NULL DEFAULT 'Admin' CHECK (scope IN ('Read', 'Deploy', 'Admin'));
ALTER TABLE tokens ADD COLUMN app TEXT REFERENCES apps(name) ON DELETE CASCADE;
