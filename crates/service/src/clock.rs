//! The clock: the one place of the service where time is read.

use std::time::{Instant, SystemTime, UNIX_EPOCH};
use untag_store::Micros;

/// The time of day.
#[must_use]
#[allow(
    clippy::disallowed_methods,
    reason = "credentials expire and audit rows have a time; everything else is given it"
)]
pub fn now() -> SystemTime {
    SystemTime::now()
}

/// A moment to measure from.
#[must_use]
#[allow(clippy::disallowed_methods, reason = "latencies are measured; nothing is decided by them")]
pub fn moment() -> Instant {
    Instant::now()
}

/// A time as the store keeps it. Times that it cannot hold become the nearest that it can.
#[must_use]
pub fn micros(time: SystemTime) -> Micros {
    match time.duration_since(UNIX_EPOCH) {
        Ok(since) => Micros::try_from(since.as_micros()).unwrap_or(Micros::MAX),
        Err(before) => Micros::try_from(before.duration().as_micros()).map_or(Micros::MIN, |micros| -micros),
    }
}
