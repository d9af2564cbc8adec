//! From rows of the database to the types of the store.

use tokio_postgres::{Error, Row};

use super::trouble::Trouble;
use crate::{Action, AuditEntry, AuditPosition, ResourceKey, StoreError, Tags};

/// Tags from rows of `system, key, value`.
pub(super) fn tags_of(rows: &[Row]) -> Result<Tags, Error> {
    let mut tags = Tags::default();
    for row in rows {
        add_tag(&mut tags, row, 0)?;
    }
    Ok(tags)
}

/// Adds the tag whose `system, key, value` begin at a column.
pub(super) fn add_tag(tags: &mut Tags, row: &Row, column: usize) -> Result<(), Error> {
    let kind = if row.try_get(column)? { &mut tags.sys_tags } else { &mut tags.tags };
    kind.insert(row.try_get(column + 1)?, row.try_get(column + 2)?);
    Ok(())
}

/// A resource from a row that begins with its key.
pub(super) fn resource_of(row: &Row) -> Result<ResourceKey, Error> {
    Ok(ResourceKey {
        project_id: row.try_get(0)?,
        resource_type: row.try_get(1)?,
        resource_id: row.try_get(2)?,
    })
}

/// The columns of [`entry_of`].
pub(super) const ENTRY_COLUMNS: &str = "project_id, resource_type, resource_id, at_micros, request_id, ordinal, \
     caller, action, system, key, value";

/// A row of the audit trail.
pub(super) fn entry_of(row: &Row) -> Result<AuditEntry, Trouble> {
    let action: &str = row.try_get(7)?;
    let action = match action {
        "delete" => Action::Delete,
        "restore" => Action::Restore,
        _ => {
            let text = "a row of the audit trail has an unknown action".to_owned();
            return Err(Trouble::Final(StoreError::Failed(text)));
        }
    };
    Ok(AuditEntry {
        position: AuditPosition {
            at: row.try_get(3)?,
            request_id: row.try_get(4)?,
            ordinal: row.try_get(5)?,
        },
        caller: row.try_get(6)?,
        action,
        resource: resource_of(row)?,
        system: row.try_get(8)?,
        key: row.try_get(9)?,
        value: row.try_get(10)?,
    })
}
