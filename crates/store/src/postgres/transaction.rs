//! Begin and commit, and the statements that several transactions share.

use tokio_postgres::Error;
use tokio_postgres::types::ToSql;

use super::session::Session;
use super::trouble::{Trouble, is_duplicate};
use crate::{Action, Attribution, ResourceKey};

/// Begins a transaction that changes something.
///
/// READ COMMITTED is enough on PostgreSQL, and is asked for by name, because a database may have another default. Every
/// transaction that changes the tags of a resource holds the lock on the resource's row first, and each statement after
/// that sees what was committed before it: between reading tags and removing them nobody else changes them. REPEATABLE
/// READ would be wrong, not stricter: its snapshot is older than the lock it waited for.
///
/// Engines that are not PostgreSQL inside see less clearly than that after waiting for a lock; they are asked for
/// SERIALIZABLE, and conflicts are tried again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Isolation {
    ReadCommitted,
    Serializable,
}

impl Isolation {
    pub(super) fn begin(self) -> &'static str {
        match self {
            Self::ReadCommitted => "BEGIN ISOLATION LEVEL READ COMMITTED",
            Self::Serializable => "BEGIN ISOLATION LEVEL SERIALIZABLE",
        }
    }
}

/// Commits, however long that takes: PostgreSQL stops the statement's timer before it commits, and so never gives up on a
/// synchronous standby with a warning and a success.
pub(super) const COMMIT: &str = "COMMIT";

/// Locks resources in the order of their keys, so that no two transactions wait for each other.
pub(super) const LOCK_RESOURCES: &str = "SELECT resource_type, resource_id FROM resources \
     WHERE project_id = $1 AND (resource_type, resource_id) IN (SELECT * FROM unnest($2::text[], $3::text[])) \
     ORDER BY resource_type, resource_id FOR UPDATE";

/// Parameters of a statement.
pub(super) type Params<'a> = &'a [&'a (dyn ToSql + Sync)];

/// Writes rows of the audit trail, column by column.
const RECORD: &str = "INSERT INTO audit (project_id, at_micros, request_id, ordinal, caller, action, \
     resource_type, resource_id, system, key, value) \
     SELECT $1::text, $2::int8, $3::text, change.ordinal, $4::text, $5::text, \
     change.resource_type, change.resource_id, change.system, change.key, change.value \
     FROM unnest($6::int4[], $7::text[], $8::text[], $9::bool[], $10::text[], $11::text[]) \
     AS change (ordinal, resource_type, resource_id, system, key, value)";

/// Rows of the audit trail for changes in one project, column by column.
#[derive(Debug, Default)]
pub(super) struct Trail<'a> {
    pub(super) resource_types: Vec<&'a str>,
    pub(super) resource_ids: Vec<&'a str>,
    pub(super) systems: Vec<bool>,
    pub(super) keys: Vec<&'a str>,
    pub(super) values: Vec<&'a str>,
}

impl<'a> Trail<'a> {
    /// Adds the row of one tag.
    pub(super) fn push(&mut self, resource: &'a ResourceKey, system: bool, key: &'a str, value: &'a str) {
        self.resource_types.push(&resource.resource_type);
        self.resource_ids.push(&resource.resource_id);
        self.systems.push(system);
        self.keys.push(key);
        self.values.push(value);
    }

    /// How many rows there are.
    pub(super) fn len(&self) -> usize {
        self.keys.len()
    }

    /// Writes the rows, numbered from `first`, and commits, in one round trip together with what `with` sends.
    ///
    /// Nothing here looks at the result of one statement before it sends the next: where one fails, the server refuses
    /// the rest, `COMMIT` included.
    pub(super) async fn write_and_commit(
        &self,
        session: &mut Session,
        project_id: &str,
        by: &Attribution,
        action: Action,
        first: i32,
        with: Option<(&tokio_postgres::Statement, Params<'_>)>,
    ) -> Result<u64, Trouble> {
        let insert = session.prepare_cached(RECORD).await?;
        let ordinals: Vec<i32> = (first..).take(self.len()).collect();
        let action = action_name(action);
        let row: Params<'_> = &[
            &project_id,
            &by.at,
            &by.request_id,
            &by.caller,
            &action,
            &ordinals,
            &self.resource_types,
            &self.resource_ids,
            &self.systems,
            &self.keys,
            &self.values,
        ];
        let changed = async {
            match with {
                Some((statement, params)) => session.execute(statement, params).await,
                None => Ok(0),
            }
        };
        let (changed, written, committed) = tokio::join!(
            biased;
            changed,
            session.execute(&insert, row),
            session.batch_execute(COMMIT),
        );
        let changed = changed?;
        if let Err(error) = written {
            return Err(if is_duplicate(&error) { Trouble::PositionTaken } else { error.into() });
        }
        committed?;
        session.ended();
        Ok(changed)
    }
}

/// How an action is written in the table.
pub(super) fn action_name(action: Action) -> &'static str {
    match action {
        Action::Delete => "delete",
        Action::Restore => "restore",
    }
}

/// How many rows a request has in a project, from this ordinal on.
pub(super) async fn recorded(
    session: &Session,
    project_id: &str,
    by: &Attribution,
    first: i32,
) -> Result<i32, Error> {
    let row = session
        .query_one(
            "SELECT count(*)::int4 FROM audit \
             WHERE project_id = $1 AND at_micros = $2 AND request_id = $3 AND ordinal >= $4",
            &[&project_id, &by.at, &by.request_id, &first],
        )
        .await?;
    row.try_get(0)
}

/// The first ordinal that is free for a request in a project. 0 is, unless a request came twice in one microsecond.
pub(super) async fn free_ordinal(
    session: &Session,
    project_id: &str,
    by: &Attribution,
) -> Result<i32, Error> {
    let row = session
        .query_one(
            "SELECT coalesce(max(ordinal) + 1, 0)::int4 FROM audit \
             WHERE project_id = $1 AND at_micros = $2 AND request_id = $3",
            &[&project_id, &by.at, &by.request_id],
        )
        .await?;
    row.try_get(0)
}
