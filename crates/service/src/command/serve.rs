//! `untagd serve`: the service in production.

use crate::cli::Configured;
use crate::configuration;
use crate::logging;
use crate::problem::Problem;
use crate::running::{Service, signals};

/// Runs the command until SIGTERM or SIGINT.
///
/// # Errors
/// The configuration is wrong, a port or the database cannot be had, or the end was not clean.
pub async fn run(configured: Configured) -> Result<(), Vec<Problem>> {
    let one = |problem: Problem| vec![problem];
    let settings = configuration::settings(configured)?;
    logging::start(settings.log_format, &settings.log).map_err(one)?;
    let loaded = configuration::load(settings)?;
    let stop = signals().map_err(one)?;
    Service::prepare(loaded).await.map_err(one)?.run(None, stop).await.map_err(one)
}
