//! Those for the provider's SDK. They are apart, because they need Python.

use super::run_each;
use std::path::Path;
use untag_python::environment;

/// What the service is tested with too.
const REQUIREMENTS: &str = include_str!("../../../crates/service/tests/process/sdk/requirements.txt");

#[test]
fn python() {
    let python = environment(Path::new(env!("CARGO_TARGET_TMPDIR")), REQUIREMENTS);
    run_each("sdk.py", |_, path| format!("{} {path}", python.display()));
}
