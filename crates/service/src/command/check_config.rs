//! `untagd check-config`: says what is wrong, without starting.

use super::say;
use crate::cli::Configured;
use crate::configuration;
use crate::problem::Problems;

/// Runs the command. It reads what `serve` would read, but opens neither the database nor a port.
///
/// # Errors
/// Everything that is wrong.
pub fn run(configured: Configured) -> Result<(), Problems> {
    let loaded = configuration::load(configured)?;
    for warning in loaded.warnings() {
        say(&format!("warning: {warning}"))?;
    }
    let callers = loaded.callers.principals().count();
    let policies = loaded.callers.policies().len();
    Ok(say(&format!("the configuration is good: {callers} users, {policies} policies"))?)
}
