//! The clock: the one place of the command line where time is read.

use std::time::SystemTime;

/// The time of day.
#[must_use]
#[allow(clippy::disallowed_methods, reason = "a signature has a date; everything else is given the time")]
pub fn now() -> SystemTime {
    SystemTime::now()
}
