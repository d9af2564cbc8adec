//! A restoration: one connection reads what was removed, in the order of the tags' keys, and another puts it back, page
//! by page, each page in a transaction of its own. Memory holds one page, whatever the size of the whole.

use std::collections::HashSet;
use std::pin::pin;

use futures_util::TryStreamExt as _;

use super::filter::Where;
use super::lane::{Lane, Patience, Work};
use super::rows::resource_of;
use super::session::Session;
use super::transaction::{Isolation, LOCK_RESOURCES, Params, Trail, free_ordinal, recorded};
use super::trouble::Trouble;
use crate::{Action, Attribution, AuditFilter, ResourceKey, Restored, StoreError};

/// Tags in one transaction: few enough to hold their resources' locks for a moment only.
const PAGE: usize = 500;

/// What names a tag among all.
const TAG: &str = "project_id, resource_type, resource_id, system, key";

const PUT_BACK: &str = "INSERT INTO tags (project_id, resource_type, resource_id, system, key, value) \
     SELECT $1::text, tag.resource_type, tag.resource_id, tag.system, tag.key, tag.value \
     FROM unnest($2::text[], $3::text[], $4::bool[], $5::text[], $6::text[]) \
     AS tag (resource_type, resource_id, system, key, value) \
     ON CONFLICT (project_id, resource_type, resource_id, system, key) DO NOTHING \
     RETURNING resource_type, resource_id, system, key";

/// A tag that was removed, with its last value.
#[derive(Clone, Debug)]
struct Removed {
    resource: ResourceKey,
    system: bool,
    key: String,
    value: String,
}

/// Reads all that was chosen, and hands it to [`PutBack`] page by page.
///
/// Where it loses its connection, it goes on behind the last page that was put back.
pub(super) struct Restore<'a> {
    pub(super) chosen: AuditFilter,
    pub(super) write: &'a Lane,
    pub(super) patience: Patience,
    pub(super) page: PutBack,
    pub(super) sum: Restored,
    last: Option<Removed>,
}

impl<'a> Restore<'a> {
    pub(super) fn new(
        chosen: AuditFilter,
        by: Attribution,
        isolation: Isolation,
        write: &'a Lane,
        patience: Patience,
    ) -> Self {
        let page =
            PutBack { tags: Vec::new(), by, isolation, next: 0, position_taken: false, unanswered: None };
        Self { chosen, write, patience, page, sum: Restored::default(), last: None }
    }

    /// Puts back the page that was read.
    async fn flush(&mut self) -> Result<(), StoreError> {
        if self.page.tags.is_empty() {
            return Ok(());
        }
        let done = self.write.run(self.patience, &mut self.page).await?;
        self.sum.restored += done.restored;
        self.sum.kept += done.kept;
        self.sum.orphaned += done.orphaned;
        self.last = self.page.tags.pop();
        self.page.tags.clear();
        Ok(())
    }
}

impl Work for Restore<'_> {
    type Output = Restored;

    async fn attempt(&mut self, session: &mut Session) -> Result<Restored, Trouble> {
        self.page.tags.clear();
        let last = self.last.clone();
        let chosen = self.chosen.clone();
        let mut removed = Where::new("action = 'delete'");
        removed.filter(&chosen);
        if let Some(Removed { resource, system, key, .. }) = &last {
            removed.behind(
                TAG,
                &[&resource.project_id, &resource.resource_type, &resource.resource_id, system, key],
            );
        }
        let Where { sql, params } = removed;
        let query = format!(
            "SELECT DISTINCT ON ({TAG}) {TAG}, value FROM audit{sql} \
             ORDER BY {TAG}, at_micros DESC, request_id DESC, ordinal DESC"
        );
        session.opens();
        // Sorting all that was chosen may take its time, and so may putting it back while this statement waits.
        session.batch_execute("BEGIN READ ONLY; SET LOCAL statement_timeout = 0").await?;
        let mut rows = pin!(session.query_raw(&query, params).await?);
        while let Some(row) = rows.try_next().await? {
            let removed = Removed {
                resource: resource_of(&row)?,
                system: row.try_get(3)?,
                key: row.try_get(4)?,
                value: row.try_get(5)?,
            };
            let other_project = |first: &Removed| first.resource.project_id != removed.resource.project_id;
            if self.page.tags.len() == PAGE || self.page.tags.first().is_some_and(other_project) {
                self.flush().await?;
            }
            self.page.tags.push(removed);
        }
        self.flush().await?;
        session.rollback().await?;
        Ok(self.sum)
    }
}

/// Puts back tags of one project, in the order of their keys. Where the answer to `COMMIT` was lost, the audit trail says
/// behind the locks whether the page is back, as it does for a deletion: another may have removed its tags again.
pub(super) struct PutBack {
    tags: Vec<Removed>,
    by: Attribution,
    isolation: Isolation,
    /// The next ordinal of the whole restoration.
    next: i32,
    position_taken: bool,
    /// The first ordinal of rows that may have been committed without an answer.
    unanswered: Option<i32>,
}

impl Work for PutBack {
    type Output = Restored;

    async fn attempt(&mut self, session: &mut Session) -> Result<Restored, Trouble> {
        let Some(project_id) = self.tags.first().map(|tag| tag.resource.project_id.clone()) else {
            return Ok(Restored::default());
        };
        session.opens();
        let lock = session.prepare_cached(LOCK_RESOURCES).await?;
        let put_back = session.prepare_cached(PUT_BACK).await?;
        let types: Vec<&str> = self.tags.iter().map(|tag| tag.resource.resource_type.as_str()).collect();
        let ids: Vec<&str> = self.tags.iter().map(|tag| tag.resource.resource_id.as_str()).collect();
        let keys: Params<'_> = &[&project_id, &types, &ids];
        let (begun, locked) = tokio::join!(
            biased;
            session.batch_execute(self.isolation.begin()),
            session.query(&lock, keys),
        );
        begun?;
        let locked = locked?;
        let mut there = HashSet::new();
        for row in &locked {
            there.insert((row.try_get::<_, &str>(0)?, row.try_get::<_, &str>(1)?));
        }
        let mut wanted = Trail::default();
        for tag in &self.tags {
            if there.contains(&(tag.resource.resource_type.as_str(), tag.resource.resource_id.as_str())) {
                wanted.push(&tag.resource, tag.system, &tag.key, &tag.value);
            }
        }
        let orphaned = (self.tags.len() - wanted.len()) as u64;
        if let Some(first) = self.unanswered {
            let rows = recorded(session, &project_id, &self.by, first).await?;
            self.unanswered = None;
            if rows > 0 {
                session.rollback().await?;
                self.next = first.saturating_add(rows);
                let restored = u64::from(rows.unsigned_abs());
                let kept = (wanted.len() as u64).saturating_sub(restored);
                return Ok(Restored { restored, kept, orphaned });
            }
        }
        let columns: Params<'_> = &[
            &project_id,
            &wanted.resource_types,
            &wanted.resource_ids,
            &wanted.systems,
            &wanted.keys,
            &wanted.values,
        ];
        let rows = session.query(&put_back, columns).await?;
        let mut back = HashSet::new();
        for row in &rows {
            let resource: (&str, &str) = (row.try_get(0)?, row.try_get(1)?);
            back.insert((resource, row.try_get::<_, bool>(2)?, row.try_get::<_, &str>(3)?));
        }
        let mut trail = Trail::default();
        for tag in &self.tags {
            let resource = (tag.resource.resource_type.as_str(), tag.resource.resource_id.as_str());
            if back.contains(&(resource, tag.system, tag.key.as_str())) {
                trail.push(&tag.resource, tag.system, &tag.key, &tag.value);
            }
        }
        let done =
            Restored { restored: trail.len() as u64, kept: (wanted.len() - trail.len()) as u64, orphaned };
        if trail.len() == 0 {
            session.rollback().await?;
            return Ok(done);
        }
        if self.position_taken {
            self.next = self.next.max(free_ordinal(session, &project_id, &self.by).await?);
        }
        let written =
            trail.write_and_commit(session, &project_id, &self.by, Action::Restore, self.next, None).await;
        match &written {
            Err(Trouble::PositionTaken) => self.position_taken = true,
            Err(Trouble::Lost(_)) => self.unanswered = Some(self.next),
            _ => {}
        }
        written?;
        let rows = i32::try_from(trail.len()).unwrap_or(i32::MAX);
        self.next = self.next.saturating_add(rows);
        Ok(done)
    }
}
