//! The database's file, and how connections to it are opened.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::time::Duration;

use rusqlite::{Connection, OpenFlags};

use super::schema;
use super::trouble::Trouble;
use crate::StoreError;

/// Where the database is.
#[derive(Clone, Debug)]
pub(super) struct Database {
    path: PathBuf,
    busy_timeout: Duration,
}

impl Database {
    pub(super) fn new(path: &Path, busy_timeout: Duration) -> Self {
        Self { path: path.to_owned(), busy_timeout }
    }

    /// The first connection of all: for the writer, after the schema was brought up to date.
    pub(super) fn open_or_migrate(&self, create: bool) -> Result<Connection, StoreError> {
        let is_new = create && !self.path.exists();
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE;
        let flags = if create { flags | OpenFlags::SQLITE_OPEN_CREATE } else { flags };
        let mut connection = self.connect(flags)?;
        let found = schema::examine(&connection).map_err(|error| self.name(error))?;
        Self::prepare_for_writing(&connection).map_err(|error| self.name(error))?;
        schema::migrate(&mut connection, found).map_err(|error| self.name(error))?;
        if is_new {
            // The file's name must survive a crash as its content does.
            let directory = self.path.parent().filter(|parent| !parent.as_os_str().is_empty());
            let synced =
                File::open(directory.unwrap_or(Path::new("."))).and_then(|directory| directory.sync_all());
            synced.map_err(|error| {
                StoreError::Unavailable(format!("{}: its directory: {error}", self.path.display()))
            })?;
        }
        Ok(connection)
    }

    /// A further connection for the writer, after it had to give up one.
    pub(super) fn open_writer(&self) -> Result<Connection, StoreError> {
        let connection = self.connect(OpenFlags::SQLITE_OPEN_READ_WRITE)?;
        // Somebody may have put another file in place.
        schema::check(&connection).map_err(|error| self.name(error))?;
        Self::prepare_for_writing(&connection).map_err(|error| self.name(error))?;
        Ok(connection)
    }

    /// A connection that cannot change anything.
    pub(super) fn open_reader(&self) -> Result<Connection, StoreError> {
        let connection = self.connect(OpenFlags::SQLITE_OPEN_READ_ONLY)?;
        schema::check(&connection).map_err(|error| self.name(error))?;
        Ok(connection)
    }

    fn connect(&self, flags: OpenFlags) -> Result<Connection, StoreError> {
        // A connection is used by one thread at a time, so it needs no lock of its own.
        let flags = flags | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let connect = || {
            let connection = Connection::open_with_flags(&self.path, flags)?;
            connection.busy_timeout(self.busy_timeout)?;
            if flags.contains(OpenFlags::SQLITE_OPEN_READ_WRITE) && connection.is_readonly("main")? {
                // SQLite opens such a file without a word, and the first look into it would leave files beside it that
                // stay read-only when it no longer is.
                return Err(StoreError::Unavailable("the file is read-only".to_owned()).into());
            }
            Ok(connection)
        };
        connect().map_err(|trouble: Trouble| self.name(trouble))
    }

    fn prepare_for_writing(connection: &Connection) -> Result<(), Trouble> {
        // Kept in the file; the rest is for this connection.
        let mode: String = connection.query_row("PRAGMA journal_mode = WAL", (), |row| row.get(0))?;
        if mode != "wal" {
            return Err(StoreError::Failed(format!(
                "the file system does not support a write-ahead log (the journal mode stays {mode:?})"
            ))
            .into());
        }
        // A commit is on disk before it is answered.
        connection.pragma_update(None, "synchronous", "FULL")?;
        connection.pragma_update(None, "foreign_keys", true)?;
        // The log is moved into the database when the writer's connection is watched, or at the end.
        connection.pragma_update(None, "wal_autocheckpoint", 0)?;
        // 16 MiB, in KiB: pages that many deletions meet again, such as the upper levels of trees.
        connection.pragma_update(None, "cache_size", -16_384)?;
        Ok(())
    }

    /// Adds which file it was to what the operator reads.
    fn name(&self, trouble: Trouble) -> StoreError {
        let path = self.path.display();
        match trouble.into() {
            StoreError::Unavailable(why) => StoreError::Unavailable(format!("{path}: {why}")),
            StoreError::Failed(why) => StoreError::Failed(format!("{path}: {why}")),
            other => other,
        }
    }
}
