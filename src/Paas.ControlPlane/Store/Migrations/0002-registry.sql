-- What was pushed: a row says that the repository has the content, which is once in the content store whoever has it.
-- held_until: stays so long although nothing names it, because whoever pushed it is not done.
CREATE TABLE registry_blobs (
    app         TEXT NOT NULL REFERENCES apps(name) ON DELETE CASCADE,
    repository  TEXT NOT NULL,
    digest      TEXT NOT NULL,
    held_until  TEXT,
    PRIMARY KEY (repository, digest)
) STRICT, WITHOUT ROWID;

CREATE INDEX registry_blobs_by_digest ON registry_blobs (digest);

CREATE TABLE registry_manifests (
    app            TEXT NOT NULL REFERENCES apps(name) ON DELETE CASCADE,
    repository     TEXT NOT NULL,
    digest         TEXT NOT NULL,
    media_type     TEXT NOT NULL,
    artifact_type  TEXT,
    subject        TEXT,
    size           INTEGER NOT NULL,
    held_until     TEXT,
    PRIMARY KEY (repository, digest)
) STRICT, WITHOUT ROWID;

CREATE INDEX registry_manifests_by_subject ON registry_manifests (repository, subject);

-- What a manifest names: config and layers, or an index's manifests.
CREATE TABLE registry_links (
    repository  TEXT NOT NULL,
    manifest    TEXT NOT NULL,
    digest      TEXT NOT NULL,
    PRIMARY KEY (repository, manifest, digest),
    FOREIGN KEY (repository, manifest) REFERENCES registry_manifests(repository, digest) ON DELETE CASCADE
) STRICT, WITHOUT ROWID;

CREATE TABLE registry_tags (
    app         TEXT NOT NULL REFERENCES apps(name) ON DELETE CASCADE,
    repository  TEXT NOT NULL,
    tag         TEXT NOT NULL,
    digest      TEXT NOT NULL,
    pushed_at   TEXT NOT NULL,
    PRIMARY KEY (repository, tag),
    FOREIGN KEY (repository, digest) REFERENCES registry_manifests(repository, digest) ON DELETE CASCADE
) STRICT, WITHOUT ROWID;

-- The newest image that was pushed to be released, until it has been.
CREATE TABLE image_deployments (
    app           TEXT NOT NULL PRIMARY KEY REFERENCES apps(name) ON DELETE CASCADE,
    image         TEXT NOT NULL,
    reference     TEXT NOT NULL,
    requested_at  TEXT NOT NULL
) STRICT;

-- Which pushed tag is released: a tag, or '*' for every one; null for none.
ALTER TABLE apps ADD COLUMN deploy_tag TEXT DEFAULT 'latest';
