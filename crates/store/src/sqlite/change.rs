//! The changes that the writer makes, each whole or not at all within the transaction that it shares with others.

use std::panic::{AssertUnwindSafe, catch_unwind};

use rusqlite::{Connection, Error, Statement, ToSql, params};

use super::query;
use super::rows::{self, Rows};
use super::trouble::Trouble;
use crate::{
    Action, Attribution, Authorize, Deletion, Outcome, ResourceKey, Restored, StoreError, Tags, Upserted,
    removal::{self, Removal},
    text,
};

/// A tag that is to be put back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Lost {
    pub(super) resource: ResourceKey,
    pub(super) system: bool,
    pub(super) key: String,
    pub(super) value: String,
}

/// The writer's connection with everything it ever says, prepared.
pub(super) struct Changes<'c> {
    connection: &'c Connection,
    begin: Statement<'c>,
    commit: Statement<'c>,
    rollback: Statement<'c>,
    /// Around one change of several that share the transaction.
    set_savepoint: Statement<'c>,
    release_savepoint: Statement<'c>,
    return_to_savepoint: Statement<'c>,
    tags: Statement<'c>,
    find_resource: Statement<'c>,
    add_resource: Statement<'c>,
    set_tag: Statement<'c>,
    add_tag: Statement<'c>,
    remove_tags: Rows<'c>,
    record: Rows<'c>,
    next_ordinal: Statement<'c>,
}

impl<'c> Changes<'c> {
    pub(super) fn prepare(connection: &'c Connection) -> Result<Self, Trouble> {
        Ok(Self {
            connection,
            begin: connection.prepare("BEGIN IMMEDIATE")?,
            commit: connection.prepare("COMMIT")?,
            rollback: connection.prepare("ROLLBACK")?,
            set_savepoint: connection.prepare("SAVEPOINT change")?,
            release_savepoint: connection.prepare("RELEASE change")?,
            return_to_savepoint: connection.prepare("ROLLBACK TO change")?,
            tags: connection.prepare(query::TAGS)?,
            find_resource: connection.prepare(
                "SELECT 1 FROM resources WHERE project_id = ?1 AND resource_type = ?2 AND resource_id = ?3",
            )?,
            add_resource: connection.prepare(
                "INSERT INTO resources (project_id, resource_type, resource_id) VALUES (?1, ?2, ?3) \
                 ON CONFLICT DO NOTHING",
            )?,
            set_tag: connection.prepare(
                "INSERT INTO tags (project_id, resource_type, resource_id, system, key, value) \
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6) \
                 ON CONFLICT DO UPDATE SET value = excluded.value WHERE value <> excluded.value",
            )?,
            add_tag: connection.prepare(
                "INSERT INTO tags (project_id, resource_type, resource_id, system, key, value) \
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6) ON CONFLICT DO NOTHING",
            )?,
            remove_tags: Rows::new(connection, rows::remove_tags),
            record: Rows::new(connection, rows::record),
            next_ordinal: connection
                .prepare("SELECT max(ordinal) + 1 FROM audit WHERE at = ?1 AND request_id = ?2")?,
        })
    }

    /// Begins the transaction, once no other process writes.
    pub(super) fn begin(&mut self) -> Result<(), Trouble> {
        self.begin.execute(())?;
        Ok(())
    }

    /// Makes everything since the beginning durable, or takes it back.
    pub(super) fn commit(&mut self) -> Result<(), Trouble> {
        let committed = self.commit.execute(());
        if let Err(error) = committed {
            self.roll_back()?;
            return Err(error.into());
        }
        Ok(())
    }

    /// Takes back everything since the beginning.
    fn roll_back(&mut self) -> Result<(), Trouble> {
        if self.is_within_transaction() {
            self.rollback.execute(())?;
        }
        Ok(())
    }

    /// Whether the transaction that was begun still stands: some failures end it as a whole.
    pub(super) fn is_within_transaction(&self) -> bool {
        !self.connection.is_autocommit()
    }

    /// Removes tags, if it is allowed.
    pub(super) fn delete(&mut self, deletion: &Deletion, authorize: &Authorize) -> Result<Outcome, Trouble> {
        let present = self.tags(&deletion.resource)?;
        // Nothing was written yet: if this panics, there is nothing to take back.
        let decision = catch_unwind(AssertUnwindSafe(|| authorize(present.as_ref())));
        match decision {
            Ok(Ok(())) => {}
            Ok(Err(denial)) => return Ok(Outcome::Denied(denial)),
            Err(_) => return Err(StoreError::Failed("the authorization ended in a panic".to_owned()).into()),
        }
        let Some(present) = present else { return Ok(Outcome::NotFound) };
        let removals = removal::removals(deletion, &present);
        if removals.is_empty() {
            return Ok(Outcome::Done { removed: 0 });
        }
        let remove = |changes: &mut Self, ordinal| changes.remove(deletion, &removals, ordinal);
        self.recorded(&deletion.by, remove)?;
        Ok(Outcome::Done { removed: removals.len() })
    }

    /// Removes tags that are there, and writes down that it did.
    fn remove(&mut self, deletion: &Deletion, removals: &[Removal<'_>], ordinal: i32) -> Result<(), Trouble> {
        let [project_id, resource_type, resource_id] = query::names(&deletion.resource);
        for removals in removals.chunks(rows::MOST) {
            let mut parameters: Vec<&dyn ToSql> = vec![project_id, resource_type, resource_id];
            for Removal { system, key, .. } in removals {
                parameters.extend([system as &dyn ToSql, key]);
            }
            let found = self.remove_tags.of(removals.len())?.execute(&*parameters)?;
            if found != removals.len() {
                return Err(StoreError::Failed("a tag that was read cannot be removed".to_owned()).into());
            }
        }
        let resource = &deletion.resource;
        let rows =
            removals.iter().map(|&Removal { system, key, value }| Row { resource, system, key, value });
        let rows: Vec<Row<'_>> = rows.collect();
        self.record(&deletion.by, ordinal, Action::Delete, &rows)
    }

    /// Adds resources and tags, and changes values; removes nothing.
    pub(super) fn upsert(&mut self, resources: &[(ResourceKey, Tags)]) -> Result<Upserted, Trouble> {
        self.whole(|changes| {
            let mut upserted = Upserted::default();
            for (resource, tags) in resources {
                let [project_id, resource_type, resource_id] = query::names(resource);
                let created = changes.add_resource.execute([project_id, resource_type, resource_id])? == 1;
                let tenant = tags.tags.iter().map(|tag| (false, tag));
                let system = tags.sys_tags.iter().map(|tag| (true, tag));
                let mut changed = 0;
                for (system, (key, value)) in tenant.chain(system) {
                    changed += changes.set_tag.execute(params![
                        project_id,
                        resource_type,
                        resource_id,
                        system,
                        key,
                        value
                    ])?;
                }
                match (created, changed) {
                    (true, _) => upserted.created += 1,
                    (false, 0) => upserted.unchanged += 1,
                    (false, _) => upserted.changed += 1,
                }
            }
            Ok(upserted)
        })
    }

    /// Puts tags back, where their resources are and they are not there again.
    pub(super) fn put_back(&mut self, lost: &[Lost], by: &Attribution) -> Result<Restored, Trouble> {
        self.recorded(by, |changes, ordinal| changes.add_back(lost, by, ordinal))
    }

    fn add_back(&mut self, lost: &[Lost], by: &Attribution, ordinal: i32) -> Result<Restored, Trouble> {
        let mut restored = Restored::default();
        let mut rows = Vec::new();
        for Lost { resource, system, key, value } in lost {
            let [project_id, resource_type, resource_id] = query::names(resource);
            if !self.find_resource.exists([project_id, resource_type, resource_id])? {
                restored.orphaned += 1;
                continue;
            }
            let tag = params![project_id, resource_type, resource_id, system, key, value];
            if self.add_tag.execute(tag)? == 0 {
                restored.kept += 1;
                continue;
            }
            restored.restored += 1;
            rows.push(Row { resource, system: *system, key, value });
        }
        self.record(by, ordinal, Action::Restore, &rows)?;
        Ok(restored)
    }

    /// Runs a change that writes rows of the audit trail, the first of them with the number it is given: 0 or, where the
    /// request was here in the same microsecond before, the next that is free.
    fn recorded<T>(
        &mut self,
        by: &Attribution,
        change: impl Fn(&mut Self, i32) -> Result<T, Trouble>,
    ) -> Result<T, Trouble> {
        match self.whole(|changes| change(changes, 0)) {
            Err(Trouble::PositionTaken) => {
                let free = self.next_ordinal.query_row(params![by.at, by.request_id], |row| row.get(0))?;
                self.whole(|changes| change(changes, free))
            }
            result => result,
        }
    }

    /// Runs a change so that it is taken back alone where it fails.
    fn whole<T>(&mut self, change: impl FnOnce(&mut Self) -> Result<T, Trouble>) -> Result<T, Trouble> {
        self.set_savepoint.execute(())?;
        let changed = change(self);
        // Where the failure ended the transaction as a whole, the savepoint is gone with it.
        if changed.is_ok() {
            self.release_savepoint.execute(())?;
        } else if self.is_within_transaction() {
            self.return_to_savepoint.execute(())?;
            self.release_savepoint.execute(())?;
        }
        changed
    }

    fn tags(&mut self, resource: &ResourceKey) -> Result<Option<Tags>, Error> {
        if !text::can_exist(resource) {
            return Ok(None);
        }
        query::collect_tags(self.tags.query(query::names(resource))?)
    }

    /// Writes rows of the audit trail, with numbers from this one on.
    fn record(
        &mut self,
        by: &Attribution,
        ordinal: i32,
        action: Action,
        rows: &[Row<'_>],
    ) -> Result<(), Trouble> {
        let action = match action {
            Action::Delete => "delete",
            Action::Restore => "restore",
        };
        let mut ordinals = ordinal..;
        for rows in rows.chunk_by(|one, next| one.resource == next.resource) {
            for rows in rows.chunks(rows::MOST) {
                let Some(Row { resource, .. }) = rows.first() else { continue };
                let [project_id, resource_type, resource_id] = query::names(resource);
                let ordinals: Vec<i32> = ordinals.by_ref().take(rows.len()).collect();
                let mut parameters: Vec<&dyn ToSql> =
                    vec![&by.at, &by.request_id, &action, project_id, resource_type, resource_id, &by.caller];
                for (row, ordinal) in rows.iter().zip(&ordinals) {
                    parameters.extend([ordinal as &dyn ToSql, &row.system, &row.key, &row.value]);
                }
                if self.record.of(rows.len())?.execute(&*parameters)? != rows.len() {
                    return Err(Trouble::PositionTaken);
                }
            }
        }
        Ok(())
    }
}

/// What a row of the audit trail tells of the tag.
struct Row<'a> {
    resource: &'a ResourceKey,
    system: bool,
    key: &'a str,
    value: &'a str,
}
