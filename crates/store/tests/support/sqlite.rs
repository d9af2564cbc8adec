//! SQLite stores for tests, each in a directory of its own.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use tempfile::TempDir;
use untag_store::sqlite::{SqliteOptions, SqliteStore};

use super::Subject;

/// A directory for one database.
pub struct Place {
    dir: TempDir,
}

impl Place {
    pub fn new() -> Self {
        Self { dir: TempDir::new().expect("a temporary directory can be made") }
    }

    pub fn path(&self) -> PathBuf {
        self.dir.path().join("untag.db")
    }

    /// Opens the store that is here, or makes it.
    pub fn open(&self, options: SqliteOptions) -> SqliteStore {
        SqliteStore::open(self.path(), options).expect("the database opens")
    }
}

/// A connection of somebody else's to the same database.
pub fn stranger(path: &Path) -> rusqlite::Connection {
    let connection = rusqlite::Connection::open(path).expect("the database opens");
    connection.execute_batch("PRAGMA foreign_keys = ON").expect("the database answers");
    connection
}

/// A store with default options on a fresh database.
#[allow(clippy::unused_async, reason = "the suite awaits every store's")]
pub async fn fresh() -> Subject {
    let place = Place::new();
    let path = place.path();
    let store = place.open(SqliteOptions::default());
    let forget = Box::new(move |resource: untag_store::ResourceKey| {
        let path = path.clone();
        Box::pin(async move {
            let gone = stranger(&path)
                .execute(
                    "DELETE FROM resources WHERE project_id = ?1 AND resource_type = ?2 AND resource_id = ?3",
                    (&resource.project_id, &resource.resource_type, &resource.resource_id),
                )
                .expect("the resource can be deleted");
            assert_eq!(gone, 1, "the resource was there");
        }) as _
    });
    Subject::new(Arc::new(store), forget, place)
}
