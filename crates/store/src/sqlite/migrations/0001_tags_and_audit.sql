-- Texts compare by their bytes, which is SQLite's default. Tables without row ids are one tree each, in the order of the key.

CREATE TABLE resources (
    project_id    TEXT NOT NULL,
    resource_type TEXT NOT NULL,
    resource_id   TEXT NOT NULL,
    PRIMARY KEY (project_id, resource_type, resource_id)
) STRICT, WITHOUT ROWID;

-- The tags of a resource lie together.
CREATE TABLE tags (
    project_id    TEXT NOT NULL,
    resource_type TEXT NOT NULL,
    resource_id   TEXT NOT NULL,
    -- 0: set by the tenant, 1: by the system.
    system        INTEGER NOT NULL CHECK (system IN (0, 1)),
    key           TEXT NOT NULL,
    value         TEXT NOT NULL,
    PRIMARY KEY (project_id, resource_type, resource_id, system, key),
    FOREIGN KEY (project_id, resource_type, resource_id) REFERENCES resources ON DELETE CASCADE
) STRICT, WITHOUT ROWID;

-- In the order of time, so that new rows go to the end of the tree. There is no further index on purpose: every deletion
-- would pay for it with another page, and the trail is read rarely.
CREATE TABLE audit (
    -- Microseconds since 1970, UTC.
    at            INTEGER NOT NULL,
    request_id    TEXT NOT NULL,
    ordinal       INTEGER NOT NULL,
    action        TEXT NOT NULL CHECK (action IN ('delete', 'restore')),
    project_id    TEXT NOT NULL,
    resource_type TEXT NOT NULL,
    resource_id   TEXT NOT NULL,
    system        INTEGER NOT NULL CHECK (system IN (0, 1)),
    key           TEXT NOT NULL,
    value         TEXT NOT NULL,
    caller        TEXT NOT NULL,
    PRIMARY KEY (at, request_id, ordinal)
) STRICT, WITHOUT ROWID;
