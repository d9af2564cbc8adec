//! What the service stands on: SQLite alone, and the disk alone.

use super::data::{self, Left, TAGS};
use crate::example::PROJECT;
use crate::{Outcome, clock, number};
use rusqlite::{Connection, params};
use std::cell::RefCell;
use std::fs::File;
use std::io::Write;
use std::path::Path;
use tokio::runtime::Runtime;
use untag_store::Store;
use untag_store::sqlite::{SqliteOptions, SqliteStore};

/// Deletions that SQLite alone puts into one transaction.
pub(super) const TRANSACTION: usize = 256;

/// SQLite alone, on a database like the service's.
pub(super) struct Raw {
    connection: RefCell<Connection>,
    left: Left<(usize, usize)>,
}

impl Raw {
    /// Makes the database, in a new file.
    pub(super) fn open(runtime: &Runtime, file: &Path, resources: usize) -> Outcome<Self> {
        let store = SqliteStore::open(file, SqliteOptions::default())?;
        data::fill(runtime, &store, resources, TAGS)?;
        runtime.block_on(store.close())?;
        let connection = Connection::open(file)?;
        connection.pragma_update(None, "journal_mode", "WAL")?;
        connection.pragma_update(None, "synchronous", "FULL")?;
        Ok(Self { connection: RefCell::new(connection), left: Left::tags(resources) })
    }

    /// Deletes so many tags; how many in a second.
    pub(super) fn rate(&self, deletions: usize) -> Outcome<f64> {
        const DELETE: &str = "DELETE FROM tags WHERE project_id = ?1 AND resource_type = 'desktop' AND resource_id = ?2 \
                              AND system = 0 AND key = ?3";
        const AUDIT: &str = "INSERT INTO audit (at, request_id, ordinal, action, project_id, resource_type, resource_id, \
                             system, key, value, caller) VALUES (?1, ?2, 0, 'delete', ?3, 'desktop', ?4, 0, ?5, ?6, 'bench/bench')";
        let chosen = self.left.take(deletions)?;
        let mut connection = self.connection.borrow_mut();
        let start = clock::now();
        for (block, tags) in chosen.chunks(TRANSACTION).enumerate() {
            let transaction = connection.transaction()?;
            for (place, (resource, tag)) in tags.iter().enumerate() {
                let (resource_id, key) = (data::id(*resource), data::key(*tag));
                let gone = transaction.prepare_cached(DELETE)?.execute(params![PROJECT, resource_id, key])?;
                if gone != 1 {
                    return Err(format!("{resource_id} has no {key}").into());
                }
                let (at, request) = (i64::try_from(block)?, format!("{resource:016x}{place:08x}{tag:08x}"));
                let row = params![at, request, PROJECT, resource_id, key, data::value(*tag)];
                transaction.prepare_cached(AUDIT)?.execute(row)?;
            }
            transaction.commit()?;
        }
        Ok(number(deletions) / start.elapsed().as_secs_f64())
    }
}

/// How often in a second this disk takes a page for good.
pub(super) fn syncs(folder: &Path) -> Outcome<f64> {
    const TIMES: usize = 200;
    let mut file = File::create(folder.join("syncs"))?;
    let start = clock::now();
    for _ in 0..TIMES {
        file.write_all(&[0; 4096])?;
        file.sync_data()?;
    }
    Ok(number(TIMES) / start.elapsed().as_secs_f64())
}
