//! What is asked of the database without changing it.

use rusqlite::types::{ToSql, Value};
use rusqlite::{Connection, Error, Row, Rows, params, params_from_iter};

use crate::{Action, AuditEntry, AuditFilter, AuditPosition, Micros, ResourceKey, Tags, text};

/// One row for each tag of a resource; one with nulls where it has none; none where there is no such resource.
pub(super) const TAGS: &str = "\
SELECT t.system, t.key, t.value FROM resources AS r LEFT JOIN tags AS t USING (project_id, resource_type, resource_id) \
WHERE r.project_id = ?1 AND r.resource_type = ?2 AND r.resource_id = ?3";

/// The same for many resources, in the order of their keys.
const SCAN: &str = "\
SELECT t.system, t.key, t.value, r.project_id, r.resource_type, r.resource_id \
FROM (SELECT * FROM resources WHERE (project_id, resource_type, resource_id) > (?1, ?2, ?3) \
ORDER BY project_id, resource_type, resource_id LIMIT ?4) AS r \
LEFT JOIN tags AS t USING (project_id, resource_type, resource_id) \
ORDER BY r.project_id, r.resource_type, r.resource_id";

const SCAN_FROM_START: &str = "\
SELECT t.system, t.key, t.value, r.project_id, r.resource_type, r.resource_id \
FROM (SELECT * FROM resources ORDER BY project_id, resource_type, resource_id LIMIT ?1) AS r \
LEFT JOIN tags AS t USING (project_id, resource_type, resource_id) \
ORDER BY r.project_id, r.resource_type, r.resource_id";

/// Whether there is anything to read: a page of the largest table.
pub(super) fn probe(connection: &Connection) -> Result<(), Error> {
    connection.prepare_cached("SELECT EXISTS (SELECT 1 FROM tags)")?.query_row((), |_| Ok(()))
}

/// The tags of a resource that is there.
pub(super) fn tags(connection: &Connection, resource: &ResourceKey) -> Result<Option<Tags>, Error> {
    if !text::can_exist(resource) {
        return Ok(None);
    }
    let mut statement = connection.prepare_cached(TAGS)?;
    collect_tags(statement.query([&resource.project_id, &resource.resource_type, &resource.resource_id])?)
}

/// The tags from the rows of [`TAGS`].
pub(super) fn collect_tags(mut rows: Rows<'_>) -> Result<Option<Tags>, Error> {
    let mut tags = None;
    while let Some(row) = rows.next()? {
        add_tag(tags.get_or_insert_default(), row)?;
    }
    Ok(tags)
}

/// Adds what the first three columns hold, if anything.
fn add_tag(tags: &mut Tags, row: &Row<'_>) -> Result<(), Error> {
    match row.get(0)? {
        None => {}
        Some(false) => _ = tags.tags.insert(row.get(1)?, row.get(2)?),
        Some(true) => _ = tags.sys_tags.insert(row.get(1)?, row.get(2)?),
    }
    Ok(())
}

/// The resources behind this one.
pub(super) fn scan(
    connection: &Connection,
    after: Option<&ResourceKey>,
    limit: usize,
) -> Result<Vec<(ResourceKey, Tags)>, Error> {
    let limit = bounded(limit);
    let mut statement = connection.prepare_cached(if after.is_some() { SCAN } else { SCAN_FROM_START })?;
    let mut rows = match after {
        Some(after) => {
            statement.query(params![after.project_id, after.resource_type, after.resource_id, limit])?
        }
        None => statement.query([limit])?,
    };
    let mut found: Vec<(ResourceKey, Tags)> = Vec::new();
    while let Some(row) = rows.next()? {
        let resource = resource(row, 3)?;
        match found.last_mut() {
            Some((last, tags)) if *last == resource => add_tag(tags, row)?,
            _ => {
                let mut tags = Tags::default();
                add_tag(&mut tags, row)?;
                found.push((resource, tags));
            }
        }
    }
    Ok(found)
}

/// The rows of the audit trail that fit, behind this position.
pub(super) fn audit(
    connection: &Connection,
    filter: &AuditFilter,
    after: Option<&AuditPosition>,
    limit: usize,
) -> Result<Vec<AuditEntry>, Error> {
    let mut condition = Condition::of(filter, after);
    condition.values.push(bounded(limit).into());
    let sql = format!(
        "SELECT at, request_id, ordinal, caller, action = 'restore', project_id, resource_type, resource_id, \
         system, key, value FROM audit{} ORDER BY at, request_id, ordinal LIMIT ?",
        condition.sql
    );
    let mut statement = connection.prepare_cached(&sql)?;
    let rows = statement.query_map(params_from_iter(condition.values), |row| {
        Ok(AuditEntry {
            position: AuditPosition { at: row.get(0)?, request_id: row.get(1)?, ordinal: row.get(2)? },
            caller: row.get(3)?,
            action: if row.get(4)? { Action::Restore } else { Action::Delete },
            resource: resource(row, 5)?,
            system: row.get(8)?,
            key: row.get(9)?,
            value: row.get(10)?,
        })
    })?;
    rows.collect()
}

/// A `WHERE` clause and its values, in order.
pub(super) struct Condition {
    pub(super) sql: String,
    pub(super) values: Vec<Value>,
}

impl Condition {
    /// The rows of the audit trail that fit, behind this position.
    pub(super) fn of(filter: &AuditFilter, after: Option<&AuditPosition>) -> Self {
        let mut condition = Self { sql: String::new(), values: Vec::new() };
        // One lower bound only, the higher: SQLite starts at one of two, and not always at the better.
        match (after, filter.from) {
            (Some(after), from) if from.is_none_or(|from| from <= after.at) => {
                condition.and("(at, request_id, ordinal) > (?, ?, ?)");
                condition.values.extend([
                    after.at.into(),
                    after.request_id.clone().into(),
                    after.ordinal.into(),
                ]);
            }
            (_, from) => condition.and_number("at >= ?", from),
        }
        condition.and_number("at < ?", filter.until);
        condition.and_text("project_id = ?", filter.project_id.as_ref());
        condition.and_text("request_id = ?", filter.request_id.as_ref());
        condition.and_text("resource_type = ?", filter.resource_type.as_ref());
        condition.and_text("resource_id = ?", filter.resource_id.as_ref());
        condition
    }

    /// Adds a condition; whoever calls adds its values.
    pub(super) fn and(&mut self, sql: &str) {
        self.sql.push_str(if self.sql.is_empty() { " WHERE " } else { " AND " });
        self.sql.push_str(sql);
    }

    fn and_number(&mut self, sql: &str, value: Option<Micros>) {
        if let Some(value) = value {
            self.and(sql);
            self.values.push(value.into());
        }
    }

    fn and_text(&mut self, sql: &str, value: Option<&String>) {
        if let Some(value) = value {
            self.and(sql);
            self.values.push(value.clone().into());
        }
    }
}

/// The resource in three columns from this one.
pub(super) fn resource(row: &Row<'_>, first: usize) -> Result<ResourceKey, Error> {
    Ok(ResourceKey {
        project_id: row.get(first)?,
        resource_type: row.get(first + 1)?,
        resource_id: row.get(first + 2)?,
    })
}

/// A limit as SQLite takes it; a negative one would be none.
fn bounded(limit: usize) -> i64 {
    i64::try_from(limit).unwrap_or(i64::MAX)
}

/// The three parameters that name a resource.
pub(super) fn names(resource: &ResourceKey) -> [&dyn ToSql; 3] {
    [&resource.project_id, &resource.resource_type, &resource.resource_id]
}
