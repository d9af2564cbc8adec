//! What the front is at: open connections and requests in flight, for metrics and for admission.

use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};

/// Figures of one listener, counted as things happen.
#[derive(Debug, Default)]
pub struct Load {
    connections: AtomicUsize,
    in_flight: AtomicUsize,
    holds: AtomicU64,
}

impl Load {
    /// Open connections.
    #[must_use]
    pub fn connections(&self) -> usize {
        self.connections.load(Ordering::Relaxed)
    }

    /// Requests whose body has arrived and whose answer is not ready.
    #[must_use]
    pub fn in_flight(&self) -> usize {
        self.in_flight.load(Ordering::Relaxed)
    }

    /// How often an address was held off, for too many of its credentials were refused.
    #[must_use]
    pub fn holds(&self) -> u64 {
        self.holds.load(Ordering::Relaxed)
    }

    pub(super) fn held_off(&self) {
        self.holds.fetch_add(1, Ordering::Relaxed);
    }

    pub(super) fn connected(&self) {
        self.connections.fetch_add(1, Ordering::Relaxed);
    }

    pub(super) fn disconnected(&self) {
        self.connections.fetch_sub(1, Ordering::Relaxed);
    }

    /// Admits a request unless `limit` are in flight. Waits for nobody.
    pub(super) fn admit(&self, limit: usize) -> bool {
        self.in_flight
            .fetch_update(Ordering::AcqRel, Ordering::Relaxed, |now| (now < limit).then_some(now + 1))
            .is_ok()
    }

    pub(super) fn discharge(&self) {
        self.in_flight.fetch_sub(1, Ordering::AcqRel);
    }
}
