//! Waiting for what must come, without a clock to decide a test.

use std::thread::sleep;
use std::time::Duration;

/// How long a test waits: much longer than a busy machine needs.
pub(crate) const DEADLINE: Duration = Duration::from_mins(5);

/// Waits until there is something.
pub(crate) fn until<T>(what: &str, mut look: impl FnMut() -> Option<T>) -> T {
    const PAUSE: Duration = Duration::from_millis(1);
    for _ in 0..DEADLINE.as_millis() / PAUSE.as_millis() {
        if let Some(found) = look() {
            return found;
        }
        sleep(PAUSE);
    }
    panic!("waited in vain: {what}");
}
