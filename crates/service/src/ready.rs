//! The file that says that requests are taken, and where: how test suites and supervisors find a service.

use crate::problem::Problem;
use serde::Serialize;
use std::io::Write;
use std::path::Path;

/// What the file says.
#[derive(Clone, Serialize)]
pub struct Ready<'a> {
    /// Where the contract is served: `http://127.0.0.1:8080`.
    pub endpoint: &'a str,
    /// Where health and metrics are served.
    pub admin: &'a str,
    /// What `untagd dev` made up; `untagd serve` has no secret to tell.
    #[serde(flatten)]
    pub sample: Option<&'a Sample>,
}

/// The project and the credentials of `untagd dev`.
#[derive(Clone, Serialize)]
pub struct Sample {
    /// The project that all sample data belongs to.
    pub project_id: String,
    /// A token of the account.
    pub token: String,
    /// A token of the tag service, which may remove system tags.
    pub op_service_token: String,
    /// The id of an access key of the account.
    pub ak: String,
    /// Its secret.
    pub sk: String,
}

/// Writes the file: whole or not at all, and readable by its owner only.
///
/// # Errors
/// It cannot be written.
pub fn write(path: &Path, ready: &Ready<'_>) -> Result<(), Problem> {
    // Not the error's own words: they name a temporary file.
    let cannot = |error: &std::io::Error| {
        Problem::new(format!("{}: the ready file cannot be written: {}", path.display(), error.kind()))
    };
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let json = serde_json::to_string_pretty(ready).map_err(|error| Problem::new(error.to_string()))?;
    // A temporary file is its owner's alone from the start.
    let mut file = tempfile::NamedTempFile::new_in(folder).map_err(|error| cannot(&error))?;
    writeln!(file, "{json}").map_err(|error| cannot(&error))?;
    file.as_file().sync_all().map_err(|error| cannot(&error))?;
    file.persist(path).map_err(|error| cannot(&error.error))?;
    Ok(())
}
