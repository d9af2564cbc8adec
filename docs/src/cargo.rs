//! What cargo knows: where the renderer's crate lies, which libraries are published, and their rustdoc.

use crate::problem::Problem;
use serde_json::Value;
use std::env;
use std::path::{Path, PathBuf};
use std::process::Command;

/// A published library.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Library {
    /// The name of its package: `untag-client`.
    pub package: String,
    /// The name of its crate in Rust: `untag_client`.
    pub name: String,
    /// What it is, in one line.
    pub description: String,
}

impl Library {
    /// Where its rustdoc lies, below the site's root.
    #[must_use]
    pub fn rustdoc(&self) -> String {
        format!("rustdoc/{}/index.html", self.name)
    }
}

/// What the site is made of, besides the repository's own files.
#[derive(Clone, Debug)]
pub struct Packages {
    /// The folder of the crate `swagger-ui-dist`.
    pub renderer: PathBuf,
    /// The published libraries, by name.
    pub libraries: Vec<Library>,
    /// Cargo's target folder.
    pub target: PathBuf,
}

fn cargo(repository: &Path) -> Command {
    let mut command = Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command.current_dir(repository);
    command
}

/// Asks cargo, which needs a network only for packages of the lock file that were never fetched.
///
/// # Errors
/// Cargo does not answer, or knows no such packages.
pub fn packages(repository: &Path) -> Result<Packages, Problem> {
    let place = "cargo metadata";
    let output = cargo(repository)
        .args(["metadata", "--format-version=1", "--locked"])
        .output()
        .map_err(|error| Problem::new(place, error.to_string()))?;
    if !output.status.success() {
        return Err(Problem::new(place, String::from_utf8_lossy(&output.stderr).trim().to_owned()));
    }
    let metadata: Value =
        serde_json::from_slice(&output.stdout).map_err(|error| Problem::new(place, error.to_string()))?;
    let text = |value: &Value, member: &str| {
        value.get(member).and_then(Value::as_str).unwrap_or_default().to_owned()
    };
    let (mut renderer, mut libraries) = (None, Vec::new());
    for package in metadata.get("packages").and_then(Value::as_array).into_iter().flatten() {
        if text(package, "name") == "swagger-ui-dist" {
            renderer = Path::new(&text(package, "manifest_path")).parent().map(Path::to_owned);
        }
        // A package without a source is the workspace's own; one whose `publish` is a list is for no registry.
        let is_ours = package.get("source").is_none_or(Value::is_null);
        let is_published = package.get("publish").is_none_or(Value::is_null);
        let targets = package.get("targets").and_then(Value::as_array).into_iter().flatten();
        let mut libraries_of = targets.filter(|target| {
            target
                .get("kind")
                .and_then(Value::as_array)
                .is_some_and(|kinds| kinds.iter().any(|kind| kind == "lib"))
        });
        if let Some(library) = libraries_of.next().filter(|_| is_ours && is_published) {
            libraries.push(Library {
                package: text(package, "name"),
                name: text(library, "name"),
                description: text(package, "description"),
            });
        }
    }
    libraries.sort_by(|one, other| one.package.cmp(&other.package));
    let renderer = renderer.ok_or_else(|| Problem::new(place, "there is no package swagger-ui-dist"))?;
    Ok(Packages { renderer, libraries, target: text(&metadata, "target_directory").into() })
}

/// Writes the rustdoc of the libraries, and gives the folder that it lies in. Warnings are errors.
///
/// # Errors
/// Cargo fails; what it says has been shown.
pub fn rustdoc(repository: &Path, packages: &Packages) -> Result<PathBuf, Problem> {
    // A folder of its own, because others leave there what they have documented. What is compiled lies with the rest.
    let folder = packages.target.join("docs-rustdoc");
    let status = cargo(repository)
        .args(["doc", "--no-deps", "--lib", "--all-features", "--locked", "--target-dir"])
        .arg(&folder)
        .args(packages.libraries.iter().flat_map(|library| ["--package", &library.package]))
        .env("CARGO_BUILD_BUILD_DIR", &packages.target)
        .env("RUSTDOCFLAGS", "-D warnings")
        .status()
        .map_err(|error| Problem::new("cargo doc", error.to_string()))?;
    if status.success() {
        Ok(folder.join("doc"))
    } else {
        Err(Problem::new("cargo doc", format!("failed ({status})")))
    }
}
