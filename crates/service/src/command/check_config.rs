//! `untagd check-config`: says what is wrong, without starting.

use super::say;
use crate::cli::Configured;
use crate::configuration;
use crate::front;
use crate::problem::Problem;

/// Runs the command. It reads what `serve` would read, but opens neither the database nor a port.
///
/// # Errors
/// Everything that is wrong.
pub fn run(configured: Configured) -> Result<(), Vec<Problem>> {
    let loaded = configuration::load(configuration::settings(configured)?)?;
    if let Some(files) = &loaded.settings.tls {
        front::check(files).map_err(|error| vec![Problem::input(error.to_string())])?;
    }
    for warning in loaded.callers.warnings().iter().cloned().chain(loaded.authorization.warnings()) {
        say(&format!("warning: {warning}")).map_err(|problem| vec![problem])?;
    }
    let callers = loaded.callers.principals().count();
    let policies = loaded.callers.policies().len();
    say(&format!("the configuration is good: {callers} users, {policies} policies"))
        .map_err(|problem| vec![problem])
}
