//! `untagd message-key`: makes a key for authorization messages.

use super::say;
use crate::problem::Problem;
use untag_policy::message::Key;

/// Runs the command: the key goes to stdout, for a file of its own.
///
/// # Errors
/// The system has no random numbers, or stdout cannot be written.
pub fn run() -> Result<(), Problem> {
    say(&Key::generate().map_err(|error| Problem::new(error.to_string()))?)
}
