//! What the front is at: open connections, requests in flight and those that wait for their turn, for metrics and for admission.

use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};

/// Figures of one listener, counted as things happen.
#[derive(Debug, Default)]
pub struct Load {
    connections: AtomicUsize,
    in_flight: AtomicUsize,
    waiting: AtomicUsize,
    holds: AtomicU64,
    evicted: AtomicU64,
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

    /// Requests whose body has arrived and that wait for their turn.
    #[must_use]
    pub fn waiting(&self) -> usize {
        self.waiting.load(Ordering::Relaxed)
    }

    /// How often an address was held off, for too many of its credentials were refused.
    #[must_use]
    pub fn holds(&self) -> u64 {
        self.holds.load(Ordering::Relaxed)
    }

    /// How many connections were closed to make room for others.
    #[must_use]
    pub fn evicted(&self) -> u64 {
        self.evicted.load(Ordering::Relaxed)
    }

    pub(super) fn made_room(&self) {
        self.evicted.fetch_add(1, Ordering::Relaxed);
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

    pub(super) fn admitted(&self) {
        self.in_flight.fetch_add(1, Ordering::Relaxed);
    }

    pub(super) fn discharged(&self) {
        self.in_flight.fetch_sub(1, Ordering::Relaxed);
    }

    pub(super) fn queued(&self) {
        self.waiting.fetch_add(1, Ordering::Relaxed);
    }

    pub(super) fn unqueued(&self) {
        self.waiting.fetch_sub(1, Ordering::Relaxed);
    }
}
