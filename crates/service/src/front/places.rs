//! Places among the requests under way, and the queue in front of them.
//!
//! A refusal is not free: it takes about a third of what an answer takes. Where everybody beyond the limit is refused at once,
//! those who ask again at once keep the service at refusing, and it answers less the more it is asked. So a request waits for its
//! turn, for a bounded time and in bounded company; only then it is refused.

use super::load::Load;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::Semaphore;
use tokio::time::timeout;

/// The places of one listener.
#[derive(Debug)]
pub(super) struct Places {
    free: Semaphore,
    /// How long a request may wait.
    patience: Duration,
    /// How many may wait.
    queue: usize,
    load: Arc<Load>,
}

impl Places {
    /// So many places; so many requests may wait for one, so long.
    pub(super) fn new(places: usize, queue: usize, patience: Duration, load: Arc<Load>) -> Self {
        Self { free: Semaphore::new(places.min(Semaphore::MAX_PERMITS)), patience, queue, load }
    }

    /// Whether a request that comes now is refused at once.
    pub(super) fn are_hopeless(&self) -> bool {
        self.free.available_permits() == 0 && !self.may_wait()
    }

    fn may_wait(&self) -> bool {
        !self.patience.is_zero() && self.load.waiting() < self.queue
    }

    /// Takes a place if one is free and nobody waits for it. Returns whether it did.
    pub(super) fn take(&self) -> bool {
        let Ok(place) = self.free.try_acquire() else { return false };
        place.forget();
        self.load.admitted();
        true
    }

    /// Waits for a place, behind those who wait already, and takes it. Returns whether it did in time.
    pub(super) async fn wait(&self) -> bool {
        if !self.may_wait() {
            return false;
        }
        let waiting = Waiting::new(&self.load);
        let place = timeout(self.patience, self.free.acquire()).await;
        drop(waiting);
        // The semaphore is never closed.
        let Ok(Ok(place)) = place else { return false };
        place.forget();
        self.load.admitted();
        true
    }

    /// Gives a place back.
    pub(super) fn leave(&self) {
        self.load.discharged();
        self.free.add_permits(1);
    }
}

/// One who waits, counted until he has a place, is refused, or goes away.
struct Waiting<'a>(&'a Load);

impl<'a> Waiting<'a> {
    fn new(load: &'a Load) -> Self {
        load.queued();
        Self(load)
    }
}

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        self.0.unqueued();
    }
}
