//! One deletion: lock, read, decide, remove, record, commit, in two round trips.

use std::panic::{self, AssertUnwindSafe};

use super::lane::Work;
use super::rows::tags_of;
use super::session::Session;
use super::transaction::{Isolation, Params, Trail, free_ordinal, recorded};
use super::trouble::Trouble;
use crate::removal::removals;
use crate::{Action, Authorize, Deletion, Denial, Outcome, StoreError, Tags};

const LOCK: &str = "SELECT 1 FROM resources \
     WHERE project_id = $1 AND resource_type = $2 AND resource_id = $3 FOR UPDATE";

const READ: &str = "SELECT system, key, value FROM tags \
     WHERE project_id = $1 AND resource_type = $2 AND resource_id = $3";

const REMOVE: &str = "DELETE FROM tags WHERE project_id = $1 AND resource_type = $2 AND resource_id = $3 \
     AND (system, key) IN (SELECT * FROM unnest($4::bool[], $5::text[]))";

/// A deletion that may be tried more than once.
///
/// Trying again is safe even where the answer to `COMMIT` was lost. Behind the lock, which the first attempt held until its
/// end, the audit trail says whether that was committed. If so, it is the answer, and nobody is asked again: the tags
/// that allowed the deletion may be among those that it removed.
pub(super) struct Remove {
    pub(super) deletion: Deletion,
    pub(super) authorize: Authorize,
    pub(super) isolation: Isolation,
    position_taken: bool,
    /// The first ordinal of rows that may have been committed without an answer.
    unanswered: Option<i32>,
}

impl Remove {
    pub(super) fn new(deletion: Deletion, authorize: Authorize, isolation: Isolation) -> Self {
        Self { deletion, authorize, isolation, position_taken: false, unanswered: None }
    }
}

impl Work for Remove {
    type Output = Outcome;

    async fn attempt(&mut self, session: &mut Session) -> Result<Outcome, Trouble> {
        let present = self.lock_and_read(session).await?;
        if let Some(first) = self.unanswered {
            let Deletion { resource, by, .. } = &self.deletion;
            let rows = recorded(session, &resource.project_id, by, first).await?;
            self.unanswered = None;
            if rows > 0 {
                session.rollback().await?;
                return Ok(Outcome::Done { removed: usize::try_from(rows).unwrap_or(usize::MAX) });
            }
        }
        if let Err(denial) = decide(&self.authorize, present.as_ref())? {
            session.rollback().await?;
            return Ok(Outcome::Denied(denial));
        }
        let Some(present) = present else {
            session.rollback().await?;
            return Ok(Outcome::NotFound);
        };
        self.remove(session, &present).await
    }
}

/// Asks for the decision. A panic in it is somebody else's defect, and fails this deletion only.
pub(super) fn decide(authorize: &Authorize, tags: Option<&Tags>) -> Result<Result<(), Denial>, StoreError> {
    panic::catch_unwind(AssertUnwindSafe(|| authorize(tags)))
        .map_err(|_| StoreError::Failed("authorization panicked; nothing was changed".to_owned()))
}

impl Remove {
    /// Locks the resource, then reads its tags. Two statements, although they travel together: a join would read the
    /// tags as they were before it waited for the lock.
    async fn lock_and_read(&self, session: &mut Session) -> Result<Option<Tags>, Trouble> {
        let lock = session.prepare_cached(LOCK).await?;
        let read = session.prepare_cached(READ).await?;
        let resource = &self.deletion.resource;
        let key: Params<'_> = &[&resource.project_id, &resource.resource_type, &resource.resource_id];
        session.opens();
        // Polled in this order, they are sent in this order.
        let (begun, found, rows) = tokio::join!(
            biased;
            session.batch_execute(self.isolation.begin()),
            session.query_opt(&lock, key),
            session.query(&read, key),
        );
        begun?;
        let (found, rows) = (found?.is_some(), rows?);
        Ok(if found { Some(tags_of(&rows)?) } else { None })
    }

    async fn remove(&mut self, session: &mut Session, present: &Tags) -> Result<Outcome, Trouble> {
        let Deletion { resource, by, .. } = &self.deletion;
        let mut trail = Trail::default();
        for removal in removals(&self.deletion, present) {
            trail.push(resource, removal.system, removal.key, removal.value);
        }
        let removed = trail.len();
        if removed == 0 {
            session.rollback().await?;
            return Ok(Outcome::Done { removed });
        }
        let first =
            if self.position_taken { free_ordinal(session, &resource.project_id, by).await? } else { 0 };
        let remove = session.prepare_cached(REMOVE).await?;
        let params: Params<'_> = &[
            &resource.project_id,
            &resource.resource_type,
            &resource.resource_id,
            &trail.systems,
            &trail.keys,
        ];
        let with = Some((&remove, params));
        let written =
            trail.write_and_commit(session, &resource.project_id, by, Action::Delete, first, with).await;
        match &written {
            Err(Trouble::PositionTaken) => self.position_taken = true,
            Err(Trouble::Lost(_)) => self.unanswered = Some(first),
            _ => {}
        }
        let gone = written?;
        if usize::try_from(gone) != Ok(removed) {
            // Only a stranger who changes tags without the lock on their resource can cause this.
            tracing::error!(
                request_id = by.request_id,
                recorded = removed,
                gone,
                "tags were changed without the lock on their resource; the audit trail says more than happened"
            );
        }
        Ok(Outcome::Done { removed })
    }
}
