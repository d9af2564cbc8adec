//! The only place that reads clocks: wall time for rates, CPU time for work, the date for the report.

use rustix::time::{ClockId, clock_gettime};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

/// Now, to measure from.
pub(crate) fn now() -> Instant {
    Instant::now()
}

/// CPU time of the calling thread since it started, user and kernel together, in seconds.
pub(crate) fn thread_cpu() -> f64 {
    cpu(ClockId::ThreadCPUTime)
}

/// CPU time of the whole process since it started, user and kernel together, in seconds.
pub(crate) fn process_cpu() -> f64 {
    cpu(ClockId::ProcessCPUTime)
}

fn cpu(clock: ClockId) -> f64 {
    // CPU time is never negative, the only reason to fail.
    Duration::try_from(clock_gettime(clock)).unwrap_or_default().as_secs_f64()
}

/// Today's date and the time, in UTC.
pub(crate) fn date() -> String {
    let since_1970 = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since_1970.as_secs())
        .ok()
        .and_then(|seconds| chrono::DateTime::from_timestamp(seconds, 0))
        .map_or_else(|| "unknown".to_owned(), |date| date.format("%Y-%m-%d %H:%M UTC").to_string())
}
