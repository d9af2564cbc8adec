//! The provider's Python SDK, for what is measured beside it.

use crate::program::beside;
use std::panic;
use std::path::{Path, PathBuf};
use untag_python::environment;

/// What the tests of the service install, so that both can share one environment.
const REQUIREMENTS: &str = include_str!("../../crates/service/tests/process/sdk/requirements.txt");

/// A Python interpreter that has the SDK.
///
/// # Errors
/// There is none, and none can be made: what is missing. Everything else can be measured without it.
pub(crate) fn with_sdk() -> Result<PathBuf, String> {
    let untagd = beside("untagd").map_err(|error| error.to_string())?;
    // Where cargo has integration tests put what they keep.
    let below = untagd.ancestors().nth(2).unwrap_or(Path::new("target")).join("tmp");
    // It is made for tests, and panics where something is missing.
    panic::catch_unwind(|| environment(&below, REQUIREMENTS)).map_err(|panic| {
        let text = panic.downcast_ref::<String>().map(String::as_str);
        text.or_else(|| panic.downcast_ref::<&str>().copied()).unwrap_or("no Python").to_owned()
    })
}
