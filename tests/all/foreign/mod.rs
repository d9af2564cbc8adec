//! Foreign eyes: tools that others wrote, and that know nothing of our generators, judge the contract and the service.
//!
//! Their versions are pinned here, and each tool is also shown something that is wrong. What a tool is not asked about stands beside
//! the place that leaves it out, with the reason.

mod fuzzing;
mod linters;
mod validator;

use std::path::{Path, PathBuf};
use std::sync::OnceLock;
use untag_python::environment;

/// An interpreter that has Schemathesis and openapi-spec-validator.
fn python() -> &'static PathBuf {
    static PYTHON: OnceLock<PathBuf> = OnceLock::new();
    PYTHON
        .get_or_init(|| environment(Path::new(env!("CARGO_TARGET_TMPDIR")), include_str!("requirements.txt")))
}

/// The folder of this module's sources.
fn sources() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("all/foreign")
}
