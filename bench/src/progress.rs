//! What is being measured, for somebody who waits.

use std::io::{IsTerminal, Write, stderr};

/// Says it on stderr, if that is a terminal.
pub(crate) fn say(what: &str) {
    let mut stderr = stderr();
    if stderr.is_terminal() {
        // Who does not see it can still wait.
        let _ = writeln!(stderr, "… {what}");
    }
}
