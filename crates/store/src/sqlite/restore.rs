//! Putting back what deletions removed: chosen by a reader, in a temporary table that may grow beyond memory, and written
//! piece by piece by the writer.

use rusqlite::{Connection, params_from_iter};
use tokio::sync::mpsc;

use super::change::Lost;
use super::query::{self, Condition};
use super::trouble::{self, Trouble};
use super::writer::Command;
use crate::{Attribution, AuditFilter, Restored};

/// How many tags are put back in one transaction.
const PIECE: usize = 1000;

/// Must be called on a thread that may block.
pub(super) fn restore(
    connection: &Connection,
    commands: &mpsc::Sender<Command>,
    filter: &AuditFilter,
    by: &Attribution,
) -> Result<Restored, Trouble> {
    choose(connection, filter)?;
    let mut sum = Restored::default();
    let mut behind = i64::MIN;
    loop {
        let lost = next_piece(connection, &mut behind)?;
        if lost.is_empty() {
            break;
        }
        let (command, answer) = Command::put_back(lost, by.clone());
        commands.blocking_send(command).map_err(|_| trouble::closed())?;
        let answered = answer.blocking_recv().map_err(|_| trouble::closed())??;
        sum.restored += answered.restored;
        sum.kept += answered.kept;
        sum.orphaned += answered.orphaned;
    }
    connection.execute_batch("DROP TABLE temp.chosen")?;
    Ok(sum)
}

/// Collects the value that was removed last from each tag: later rows replace earlier ones.
fn choose(connection: &Connection, filter: &AuditFilter) -> Result<(), Trouble> {
    // One may be left of a restoration that failed on this connection.
    connection.execute_batch(
        "DROP TABLE IF EXISTS temp.chosen;
        CREATE TEMP TABLE chosen (
            place INTEGER PRIMARY KEY, project_id, resource_type, resource_id, system, key, value,
            UNIQUE (project_id, resource_type, resource_id, system, key) ON CONFLICT REPLACE
        )",
    )?;
    let mut condition = Condition::of(filter, None);
    condition.and("action = 'delete'");
    let sql = format!(
        "INSERT INTO temp.chosen (project_id, resource_type, resource_id, system, key, value) \
         SELECT project_id, resource_type, resource_id, system, key, value FROM main.audit{} \
         ORDER BY at, request_id, ordinal",
        condition.sql
    );
    connection.execute(&sql, params_from_iter(condition.values))?;
    Ok(())
}

/// The next tags, in the order in which they were removed.
fn next_piece(connection: &Connection, behind: &mut i64) -> Result<Vec<Lost>, Trouble> {
    let mut statement = connection.prepare_cached(
        "SELECT place, project_id, resource_type, resource_id, system, key, value FROM temp.chosen \
         WHERE place > ?1 ORDER BY place LIMIT ?2",
    )?;
    let limit = i64::try_from(PIECE).unwrap_or(i64::MAX);
    let mut rows = statement.query((*behind, limit))?;
    let mut lost = Vec::new();
    while let Some(row) = rows.next()? {
        *behind = row.get(0)?;
        lost.push(Lost {
            resource: query::resource(row, 1)?,
            system: row.get(4)?,
            key: row.get(5)?,
            value: row.get(6)?,
        });
    }
    Ok(lost)
}
