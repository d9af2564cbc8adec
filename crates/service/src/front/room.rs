//! Room for connections: where every place is taken, whoever has kept the service waiting longest makes room for the next.
//!
//! Otherwise somebody who opens as many connections as there may be and sends nothing, or as slowly as is allowed, keeps
//! everybody else out: until they are cut off, and he opens them again. One whose answer is not ready is never asked to leave.

use super::load::Load;
use crate::clock;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};
use tokio::sync::futures::Notified;
use tokio::sync::{Notify, OwnedSemaphorePermit, Semaphore};

/// How often the log says that there is no room.
const TOLD: Duration = Duration::from_mins(1);

/// The places of one listener's connections.
#[derive(Debug)]
pub(super) struct Room {
    places: Arc<Semaphore>,
    connections: usize,
    leave: Notify,
    /// When the log said last that there is none.
    told: Mutex<Option<Instant>>,
    load: Arc<Load>,
}

/// A place, given back when it is dropped.
pub(super) type Place = OwnedSemaphorePermit;

impl Room {
    /// So many places.
    pub(super) fn new(connections: usize, load: Arc<Load>) -> Self {
        let connections = connections.clamp(1, Semaphore::MAX_PERMITS);
        let places = Arc::new(Semaphore::new(connections));
        Self { places, connections, leave: Notify::new(), told: Mutex::default(), load }
    }

    /// A place for a connection. Where all are taken, somebody is asked to leave; ready once somebody did.
    pub(super) async fn enter(&self) -> Option<Place> {
        if let Ok(place) = Arc::clone(&self.places).try_acquire_owned() {
            return Some(place);
        }
        self.tell();
        self.ask();
        // The semaphore is never closed.
        let place = Arc::clone(&self.places).acquire_owned().await.ok();
        // Where somebody left unasked, nobody else has to.
        let mut unheard = std::pin::pin!(self.leave.notified());
        unheard.as_mut().enable();
        place
    }

    /// Asks the connection to leave that waits longest for its client, or the next that will wait.
    pub(super) fn ask(&self) {
        self.leave.notify_one();
    }

    /// Ready when this connection is asked to leave. Its turn comes in the order in which they were polled first.
    pub(super) fn asked(&self) -> Notified<'_> {
        self.leave.notified()
    }

    /// A connection leaves, for it was asked to.
    pub(super) fn left(&self) {
        self.load.made_room();
    }

    fn tell(&self) {
        let now = clock::moment();
        let mut told = self.told.lock().unwrap_or_else(PoisonError::into_inner);
        if told.is_none_or(|told| now.saturating_duration_since(told) >= TOLD) {
            *told = Some(now);
            tracing::warn!(
                connections = self.connections,
                "every connection is taken; those that have waited longest for their client are closed to make room"
            );
        }
    }
}
