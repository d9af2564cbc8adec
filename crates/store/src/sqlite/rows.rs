//! Statements that take several rows at a time: one search of a tree for neighbours costs less than one for each.

use rusqlite::{Connection, Error, Statement};

/// How many rows one statement takes at most: as many tags as a request of the contract names in a list.
pub(super) const MOST: usize = 10;

/// One statement for each number of rows, prepared when it is first asked for.
pub(super) struct Rows<'c> {
    connection: &'c Connection,
    /// The text for so many rows, at least one.
    text: fn(usize) -> String,
    prepared: [Option<Statement<'c>>; MOST],
}

impl<'c> Rows<'c> {
    pub(super) fn new(connection: &'c Connection, text: fn(usize) -> String) -> Self {
        Self { connection, text, prepared: [const { None }; MOST] }
    }

    /// The statement for so many rows, from one to [`MOST`].
    pub(super) fn of(&mut self, rows: usize) -> Result<&mut Statement<'c>, Error> {
        let index = rows.clamp(1, MOST) - 1;
        let place = &mut self.prepared[index];
        match place {
            Some(statement) => Ok(statement),
            None => Ok(place.insert(self.connection.prepare(&(self.text)(rows))?)),
        }
    }
}

/// Deletes tags of one resource: its names are the parameters 1 to 3, and each row is two more: system, key.
pub(super) fn remove_tags(rows: usize) -> String {
    let which = if rows == 1 {
        "= (?4, ?5)".to_owned()
    } else {
        let rows: Vec<String> =
            (0..rows).map(|row| format!("(?{}, ?{})", 4 + 2 * row, 5 + 2 * row)).collect();
        format!("IN (VALUES {})", rows.join(", "))
    };
    format!(
        "DELETE FROM tags WHERE project_id = ?1 AND resource_type = ?2 AND resource_id = ?3 AND (system, key) {which}"
    )
}

/// Adds rows about one resource to the audit trail. Parameters 1 to 7 are: at, request, action, project, type, id, caller;
/// each row is four more: ordinal, system, key, value. A row whose place is taken is left out.
pub(super) fn record(rows: usize) -> String {
    let row = |row: usize| {
        let first = 8 + 4 * row;
        let [ordinal, system, key, value] = [first, first + 1, first + 2, first + 3];
        format!("(?1, ?2, ?{ordinal}, ?3, ?4, ?5, ?6, ?{system}, ?{key}, ?{value}, ?7)")
    };
    let rows: Vec<String> = (0..rows).map(row).collect();
    format!(
        "INSERT INTO audit (at, request_id, ordinal, action, project_id, resource_type, resource_id, system, key, value, \
         caller) VALUES {} ON CONFLICT DO NOTHING",
        rows.join(", ")
    )
}
