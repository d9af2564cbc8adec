//! What the test programs that run `untagd` share: a place to run it, and words for what it is asked.

mod contents;
mod http;
mod program;
mod site;

pub(crate) use contents::{Contents, contents};
pub(crate) use http::{Answer, Connection, batch_untag, delete_desktop_tag, encode};
pub(crate) use program::{Running, Untagd, output, refused, stderr, succeed, untagd, untagd_with_limits};
pub(crate) use site::{ACCOUNT, Site, account, folder, resource};

use std::thread::sleep;
use std::time::Duration;

/// The project of every test.
pub(crate) const PROJECT: &str = "0123456789abcdef0123456789abcdef";

/// How long a test waits for what must come: much longer than a busy machine needs.
const DEADLINE: Duration = Duration::from_mins(1);

/// Waits until there is something.
pub(crate) fn until<T>(what: &str, mut look: impl FnMut() -> Option<T>) -> T {
    const PAUSE: Duration = Duration::from_millis(2);
    for _ in 0..DEADLINE.as_millis() / PAUSE.as_millis() {
        if let Some(found) = look() {
            return found;
        }
        sleep(PAUSE);
    }
    panic!("waited in vain: {what}");
}
