//! The changes that the writer makes, each whole or not at all within the transaction that it shares with others.

use std::panic::{AssertUnwindSafe, catch_unwind};

use rusqlite::{Connection, Error, Statement, params};

use super::query;
use super::trouble::Trouble;
use crate::{
    Action, Attribution, Authorize, Deletion, Outcome, ResourceKey, Restored, StoreError, Tags, Upserted,
    removal, text,
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
    remove_tag: Statement<'c>,
    record: Statement<'c>,
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
            remove_tag: connection.prepare(
                "DELETE FROM tags WHERE project_id = ?1 AND resource_type = ?2 AND resource_id = ?3 \
                 AND system = ?4 AND key = ?5",
            )?,
            record: connection.prepare(
                "INSERT INTO audit (at, request_id, ordinal, action, project_id, resource_type, resource_id, \
                 system, key, value, caller) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11) \
                 ON CONFLICT DO NOTHING",
            )?,
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
        self.whole(|changes| {
            let resource = &deletion.resource;
            let mut ordinal = 0;
            for removal in &removals {
                let [project_id, resource_type, resource_id] = query::names(resource);
                let found = changes.remove_tag.execute(params![
                    project_id,
                    resource_type,
                    resource_id,
                    removal.system,
                    removal.key
                ])?;
                if found != 1 {
                    return Err(StoreError::Failed("a tag that was read cannot be removed".to_owned()).into());
                }
                let row = Row { resource, system: removal.system, key: removal.key, value: removal.value };
                ordinal = changes.record(&deletion.by, ordinal, Action::Delete, &row)? + 1;
            }
            Ok(Outcome::Done { removed: removals.len() })
        })
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
        self.whole(|changes| {
            let mut restored = Restored::default();
            let mut ordinal = 0;
            for tag in lost {
                let Lost { resource, system, key, value } = tag;
                let [project_id, resource_type, resource_id] = query::names(resource);
                if !changes.find_resource.exists([project_id, resource_type, resource_id])? {
                    restored.orphaned += 1;
                    continue;
                }
                let added = changes.add_tag.execute(params![
                    project_id,
                    resource_type,
                    resource_id,
                    system,
                    key,
                    value
                ])?;
                if added == 0 {
                    restored.kept += 1;
                    continue;
                }
                restored.restored += 1;
                let row = Row { resource, system: *system, key, value };
                ordinal = changes.record(by, ordinal, Action::Restore, &row)? + 1;
            }
            Ok(restored)
        })
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

    /// Writes a row of the audit trail, with this number or, where the request was here before, the next that is free.
    /// Answers the number.
    fn record(
        &mut self,
        by: &Attribution,
        ordinal: i32,
        action: Action,
        row: &Row<'_>,
    ) -> Result<i32, Trouble> {
        if self.try_record(by, ordinal, action, row)? {
            return Ok(ordinal);
        }
        let ordinal = self.next_ordinal.query_row(params![by.at, by.request_id], |row| row.get(0))?;
        if self.try_record(by, ordinal, action, row)? {
            return Ok(ordinal);
        }
        Err(StoreError::Failed("a row of the audit trail cannot be written".to_owned()).into())
    }

    /// Whether the number was free.
    fn try_record(
        &mut self,
        by: &Attribution,
        ordinal: i32,
        action: Action,
        row: &Row<'_>,
    ) -> Result<bool, Error> {
        let action = match action {
            Action::Delete => "delete",
            Action::Restore => "restore",
        };
        let [project_id, resource_type, resource_id] = query::names(row.resource);
        let written = self.record.execute(params![
            by.at,
            by.request_id,
            ordinal,
            action,
            project_id,
            resource_type,
            resource_id,
            row.system,
            row.key,
            row.value,
            by.caller,
        ])?;
        Ok(written == 1)
    }
}

/// What a row of the audit trail tells of the tag.
struct Row<'a> {
    resource: &'a ResourceKey,
    system: bool,
    key: &'a str,
    value: &'a str,
}
