//! The one place that reads clocks: signatures are dated, and a server may not keep us waiting for ever.

use std::time::{Duration, Instant, SystemTime};

/// Now, for the date of a signature.
#[allow(clippy::disallowed_methods, reason = "a server refuses a signature whose date is not its own")]
pub(crate) fn now() -> SystemTime {
    SystemTime::now()
}

/// A moment after which nobody waits any longer.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Deadline(Instant);

impl Deadline {
    /// This long from now.
    #[allow(clippy::disallowed_methods, reason = "each read waits for what is left of the time for all")]
    pub(crate) fn after(time: Duration) -> Self {
        Self(Instant::now() + time)
    }

    /// What is left. `None`: nothing.
    #[allow(clippy::disallowed_methods, reason = "each read waits for what is left of the time for all")]
    pub(crate) fn left(self) -> Option<Duration> {
        Some(self.0.saturating_duration_since(Instant::now())).filter(|left| !left.is_zero())
    }
}
