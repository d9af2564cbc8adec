//! How requests reach the database: who is let in, which connection it gets, and how often it is tried.

use std::future::Future;
use std::time::Duration;

use deadpool_postgres::Pool;
use tokio::sync::{Semaphore, SemaphorePermit, TryAcquireError};
use tokio::time::{Instant, sleep, timeout_at};

use super::session::Session;
use super::trouble::{Trouble, closed};
use crate::StoreError;

/// How often a transaction may lose against others before that is the answer.
const CONFLICTS: u32 = 20;

/// The first pause after a conflict; it doubles up to [`LONGEST_PAUSE`].
const CONFLICT_PAUSE: Duration = Duration::from_millis(2);

/// The first pause after a connection was lost; it doubles up to [`LONGEST_PAUSE`].
const LOSS_PAUSE: Duration = Duration::from_millis(25);

/// Short enough that service resumes soon after the server, long enough not to keep it from that.
const LONGEST_PAUSE: Duration = Duration::from_millis(400);

/// A transaction, or a query, that can be tried again from its beginning.
pub(super) trait Work: Send {
    /// What comes of it.
    type Output: Send;

    /// Does it once. An error leaves whatever transaction is open to the session to roll back.
    fn attempt(
        &mut self,
        session: &mut Session,
    ) -> impl Future<Output = Result<Self::Output, Trouble>> + Send;
}

/// How long a request may take.
#[derive(Clone, Copy)]
pub(super) enum Patience {
    /// It is answered by then, whatever happens.
    Answer(Duration),
    /// It is not tried again after that; an attempt that goes well may take longer.
    Retry(Duration),
}

/// A number of connections, and a bounded number of requests that wait for one.
pub(super) struct Lane {
    pool: Pool,
    gate: Semaphore,
    /// Permits of the gate, all in all.
    capacity: u32,
}

impl Lane {
    pub(super) fn new(pool: Pool, max_waiting: usize) -> Self {
        let capacity = pool.status().max_size.saturating_add(max_waiting).min(Semaphore::MAX_PERMITS);
        let capacity = u32::try_from(capacity).unwrap_or(u32::MAX);
        Self { pool, gate: Semaphore::new(capacity as usize), capacity }
    }

    /// Lets a request in, or says at once that too many wait.
    pub(super) fn admit(&self) -> Result<SemaphorePermit<'_>, StoreError> {
        self.gate.try_acquire().map_err(|error| match error {
            TryAcquireError::NoPermits => StoreError::Busy,
            TryAcquireError::Closed => closed(),
        })
    }

    /// Requests that were let in and have no connection yet.
    pub(super) fn waiting(&self) -> usize {
        self.pool.status().waiting
    }

    /// Lets nobody in any more, waits for who is, and closes the connections.
    pub(super) async fn close(&self) {
        if let Ok(all) = self.gate.acquire_many(self.capacity).await {
            all.forget();
            self.gate.close();
        }
        self.pool.close();
    }

    /// Does some work for somebody who was let in.
    pub(super) async fn run<W: Work>(
        &self,
        patience: Patience,
        work: &mut W,
    ) -> Result<W::Output, StoreError> {
        let (Patience::Answer(allowed) | Patience::Retry(allowed)) = patience;
        let until = Instant::now() + allowed;
        let mut conflicts = 0;
        let mut losses: u32 = 0;
        let mut last = None;
        loop {
            let trouble = match self.attempt(patience, until, work, last.take()).await {
                Ok(output) => return Ok(output),
                Err(trouble) => trouble,
            };
            let pause = match &trouble {
                Trouble::Conflict(_) | Trouble::PositionTaken if conflicts < CONFLICTS => {
                    conflicts += 1;
                    CONFLICT_PAUSE.saturating_mul(1 << conflicts.min(8))
                }
                Trouble::Lost(why) => {
                    tracing::warn!(why, "a connection to PostgreSQL was lost; trying again");
                    losses += 1;
                    LOSS_PAUSE.saturating_mul(1 << losses.min(8))
                }
                _ => return Err(trouble.into_answer()),
            };
            let pause = pause.min(LONGEST_PAUSE);
            if Instant::now() + pause >= until {
                return Err(trouble.into_answer());
            }
            sleep(pause).await;
            if let Trouble::Lost(why) = trouble {
                last = Some(why);
            }
        }
    }

    async fn attempt<W: Work>(
        &self,
        patience: Patience,
        until: Instant,
        work: &mut W,
        last: Option<String>,
    ) -> Result<W::Output, Trouble> {
        let late = || {
            let why = last.unwrap_or_else(|| "PostgreSQL does not answer in time".to_owned());
            Trouble::Final(StoreError::Unavailable(why))
        };
        let Ok(object) = timeout_at(until, self.pool.get()).await else { return Err(late()) };
        let mut session = Session::new(object?);
        let result = match patience {
            Patience::Answer(_) => timeout_at(until, work.attempt(&mut session)).await,
            Patience::Retry(_) => Ok(work.attempt(&mut session).await),
        };
        let Ok(result) = result else {
            session.unfit();
            return Err(late());
        };
        if let Err(Trouble::Lost(_)) = result {
            session.unfit();
        }
        result
    }
}
