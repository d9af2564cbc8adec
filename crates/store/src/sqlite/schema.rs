//! The schema and its versions. A database carries this program's mark and the number of its last migration.

use rusqlite::{Connection, TransactionBehavior};

use super::trouble::Trouble;
use crate::StoreError;

/// `PRAGMA application_id` of our databases: "untg". `file` and SQLite's own tools show it.
const APPLICATION_ID: i64 = 0x756e_7467;

/// What makes each version out of the one before it; the first makes version 1. Only ever add to the end.
const MIGRATIONS: &[&str] = &[include_str!("migrations/0001_tags_and_audit.sql")];

/// What was found in a file that may be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Version(usize);

/// Whether this is a database of ours, or one that is still empty, and how old. Changes nothing.
pub(super) fn examine(connection: &Connection) -> Result<Version, Trouble> {
    let application_id: i64 = connection.query_row("PRAGMA application_id", (), |row| row.get(0))?;
    let version: i64 = connection.query_row("PRAGMA user_version", (), |row| row.get(0))?;
    if application_id != APPLICATION_ID {
        let objects: i64 =
            connection.query_row("SELECT count(*) FROM sqlite_schema", (), |row| row.get(0))?;
        if application_id == 0 && version == 0 && objects == 0 {
            return Ok(Version(0));
        }
        return Err(StoreError::Failed(
            "this is the database of another program; name another file".to_owned(),
        )
        .into());
    }
    match usize::try_from(version) {
        Ok(version) if version <= MIGRATIONS.len() => Ok(Version(version)),
        _ => Err(StoreError::NewerSchema { found: version, known: newest() }.into()),
    }
}

/// Refuses what is not a database of ours with the newest schema.
pub(super) fn check(connection: &Connection) -> Result<(), Trouble> {
    let Version(version) = examine(connection)?;
    if version == MIGRATIONS.len() {
        return Ok(());
    }
    Err(StoreError::Unavailable(
        "the database was replaced while it was open; restart this program".to_owned(),
    )
    .into())
}

/// Brings the schema up to date, in one transaction.
pub(super) fn migrate(connection: &mut Connection, found: Version) -> Result<(), Trouble> {
    if found.0 == MIGRATIONS.len() {
        return Ok(());
    }
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    // Another process may have been faster.
    let Version(version) = examine(&transaction)?;
    for migration in MIGRATIONS.iter().skip(version) {
        transaction.execute_batch(migration)?;
    }
    transaction.pragma_update(None, "application_id", APPLICATION_ID)?;
    transaction.pragma_update(None, "user_version", newest())?;
    transaction.commit()?;
    Ok(())
}

fn newest() -> i64 {
    i64::try_from(MIGRATIONS.len()).unwrap_or(i64::MAX)
}
