//! `untagd serve`: the service in production.

use crate::cli::Configured;
use crate::configuration;
use crate::logging;
use crate::problem::Problems;
use crate::running::{Service, signals};

/// Runs the command until SIGTERM or SIGINT.
///
/// # Errors
/// The configuration is wrong, a port or the database cannot be had, or the end was not clean.
pub async fn run(configured: Configured) -> Result<(), Problems> {
    let loaded = configuration::load(configured)?;
    logging::start(loaded.settings.log_format, &loaded.settings.log)?;
    for warning in loaded.warnings() {
        tracing::warn!("{warning}");
    }
    let stop = signals()?;
    Ok(Service::prepare(loaded).await?.run(None, stop).await?)
}
