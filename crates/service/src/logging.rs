//! Log lines: where they go and what they look like.

use crate::problem::Problem;
use crate::settings::LogFormat;
use std::io::{self, IsTerminal};
use tracing_subscriber::EnvFilter;

/// Reads a filter.
///
/// # Errors
/// It is none.
pub fn filter(filter: &str) -> Result<EnvFilter, Problem> {
    EnvFilter::try_new(filter)
        .map_err(|error| Problem::input(format!("log is no filter: {error}; write a level, info say")))
}

/// Starts logging to stderr. Once in a process.
///
/// # Errors
/// The filter is none, or something logs already.
pub fn start(format: LogFormat, filter: &str) -> Result<(), Problem> {
    let lines = tracing_subscriber::fmt()
        .with_env_filter(self::filter(filter)?)
        .with_writer(io::stderr)
        .with_ansi(io::stderr().is_terminal())
        .with_target(false)
        // It would tell of a line that stderr does not take on stderr, and panic where that is not taken either: a full
        // disk below the log must not end requests.
        .log_internal_errors(false);
    match format {
        LogFormat::Text => lines.try_init(),
        LogFormat::Json => {
            lines.json().flatten_event(true).with_current_span(true).with_span_list(false).try_init()
        }
    }
    .map_err(|error| Problem::new(format!("logging cannot start: {error}")))
}
