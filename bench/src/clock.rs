//! The only place that reads clocks: wall time for rates, CPU time for work, the date for the report.

use rustix::time::{ClockId, clock_gettime};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

/// Now, to measure from.
#[must_use]
pub fn now() -> Instant {
    Instant::now()
}

/// CPU time of the calling thread since it started, user and kernel together, in seconds.
#[must_use]
pub fn thread_cpu() -> f64 {
    cpu(ClockId::ThreadCPUTime)
}

/// CPU time of the whole process since it started, user and kernel together, in seconds.
#[must_use]
pub fn process_cpu() -> f64 {
    cpu(ClockId::ProcessCPUTime)
}

fn cpu(clock: ClockId) -> f64 {
    // CPU time is never negative, the only reason to fail.
    Duration::try_from(clock_gettime(clock)).unwrap_or_default().as_secs_f64()
}

/// The time of day, to date signatures with.
#[must_use]
pub fn time_of_day() -> SystemTime {
    SystemTime::now()
}

/// Today's date and the time, in UTC.
#[must_use]
pub fn date() -> String {
    let since_1970 = time_of_day().duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since_1970.as_secs())
        .ok()
        .and_then(|seconds| chrono::DateTime::from_timestamp(seconds, 0))
        .map_or_else(|| "unknown".to_owned(), |date| date.format("%Y-%m-%d %H:%M UTC").to_string())
}
