-- Keys of restaurants' devices. The secret is never stored, only its SHA-256.
CREATE TABLE device_keys (
    id TEXT PRIMARY KEY,
    location TEXT NOT NULL,
    name TEXT NOT NULL,
    scope TEXT NOT NULL,
    sha256 TEXT NOT NULL,
    created_ms INTEGER NOT NULL,
    revoked_ms INTEGER
);
CREATE INDEX device_keys_by_location ON device_keys (location, created_ms);
