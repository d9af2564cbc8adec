//! The one place that reads the time of day: signatures are dated, and `Retry-After` may name a moment.

use std::time::SystemTime;

/// Now.
#[allow(clippy::disallowed_methods, reason = "a server refuses a signature whose date is not its own")]
pub(crate) fn now() -> SystemTime {
    SystemTime::now()
}
