-- Config vars whose values are shown to nobody who did not ask for them.
CREATE TABLE secret_vars (
    app   TEXT NOT NULL REFERENCES apps(name) ON DELETE CASCADE,
    name  TEXT NOT NULL,
    PRIMARY KEY (app, name)
) STRICT, WITHOUT ROWID;
