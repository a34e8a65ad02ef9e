CREATE TABLE apps (
    name           TEXT NOT NULL PRIMARY KEY,
    deploy_branch  TEXT,
    live_release   INTEGER,
    created_at     TEXT NOT NULL
) STRICT;

CREATE TABLE config_vars (
    app    TEXT NOT NULL REFERENCES apps(name) ON DELETE CASCADE,
    name   TEXT NOT NULL,
    value  TEXT NOT NULL,
    PRIMARY KEY (app, name)
) STRICT, WITHOUT ROWID;

CREATE TABLE formation (
    app       TEXT NOT NULL REFERENCES apps(name) ON DELETE CASCADE,
    type      TEXT NOT NULL,
    quantity  INTEGER NOT NULL CHECK (quantity BETWEEN 0 AND 100),
    PRIMARY KEY (app, type)
) STRICT, WITHOUT ROWID;

CREATE TABLE builds (
    app         TEXT NOT NULL REFERENCES apps(name) ON DELETE CASCADE,
    number      INTEGER NOT NULL,
    status      TEXT NOT NULL,
    source      TEXT NOT NULL,
    commit_id   TEXT,
    branch      TEXT,
    message     TEXT,
    author      TEXT,
    release     INTEGER,
    attempts    INTEGER NOT NULL DEFAULT 0,
    error       TEXT,
    created_at  TEXT NOT NULL,
    ended_at    TEXT,
    PRIMARY KEY (app, number)
) STRICT;

CREATE INDEX builds_by_source ON builds (source);

CREATE TABLE releases (
    app          TEXT NOT NULL REFERENCES apps(name) ON DELETE CASCADE,
    version      INTEGER NOT NULL,
    reason       TEXT NOT NULL,
    description  TEXT NOT NULL,
    image        TEXT NOT NULL,
    config       TEXT NOT NULL,
    processes    TEXT NOT NULL,
    build        INTEGER,
    created_at   TEXT NOT NULL,
    PRIMARY KEY (app, version)
) STRICT;

CREATE TRIGGER releases_are_immutable BEFORE UPDATE ON releases
BEGIN
    SELECT RAISE(ABORT, 'a release is immutable');
END;

CREATE TABLE deployments (
    app      TEXT NOT NULL REFERENCES apps(name) ON DELETE CASCADE,
    id       INTEGER NOT NULL,
    release  INTEGER NOT NULL,
    status   TEXT NOT NULL,
    error    TEXT,
    PRIMARY KEY (app, id)
) STRICT;

CREATE TABLE deployment_steps (
    app         TEXT NOT NULL,
    deployment  INTEGER NOT NULL,
    position    INTEGER NOT NULL,
    status      TEXT NOT NULL,
    at          TEXT NOT NULL,
    PRIMARY KEY (app, deployment, position),
    FOREIGN KEY (app, deployment) REFERENCES deployments(app, id) ON DELETE CASCADE
) STRICT, WITHOUT ROWID;

-- Written before the container is made. An app's rows outlive the app itself until its containers are gone.
CREATE TABLE instances (
    container   TEXT NOT NULL PRIMARY KEY,
    app         TEXT NOT NULL,
    type        TEXT NOT NULL,
    number      INTEGER NOT NULL,
    release     INTEGER NOT NULL,
    created_at  TEXT NOT NULL,
    healthy_start TEXT,
    was_routed  INTEGER NOT NULL DEFAULT 0,
    retired_at  TEXT
) STRICT;

CREATE INDEX instances_by_app ON instances (app);

CREATE TABLE tokens (
    name        TEXT NOT NULL PRIMARY KEY,
    hash        BLOB NOT NULL UNIQUE,
    created_at  TEXT NOT NULL,
    expires_at  TEXT
) STRICT;

CREATE TABLE settings (
    name   TEXT NOT NULL PRIMARY KEY,
    value  TEXT NOT NULL
) STRICT, WITHOUT ROWID;
