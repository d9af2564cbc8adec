//! A bill of materials held against what cargo builds.
//!
//! The one that is listed from `cargo metadata` has what any package of the workspace could switch on. A scanner that reads of a
//! crate which is not in the program reports holes that are not there.

use crate::{failure::Failure, process::cargo};
use serde_json::Value;
use std::{collections::BTreeSet, path::Path};

/// Crates by name and version.
pub type Crates = BTreeSet<(String, String)>;

/// Every crate that a package is built of, and with, for a machine; its own first.
pub(super) fn built(root: &Path, package: &str, target: &str) -> Result<Crates, Failure> {
    let arguments = ["tree", "--locked", "--edges", "normal,build", "--prefix", "none", "--format", "{p}"];
    let output = cargo(root, arguments).args(["--package", package, "--target", target]).output();
    let output = output.map_err(|error| format!("cannot run `cargo tree`: {error}"))?;
    if !output.status.success() {
        return Err(format!("`cargo tree` failed: {}", String::from_utf8_lossy(&output.stderr)).into());
    }
    let text = String::from_utf8_lossy(&output.stdout);
    let line = |line: &str| {
        let (name, rest) = line.split_once(" v")?;
        Some((name.to_owned(), rest.split(' ').next().unwrap_or_default().to_owned()))
    };
    Ok(text.lines().filter_map(line).collect())
}

/// The same bill without the crates that are not built. `built` has the crate that the bill is about, too.
///
/// # Errors
/// The text is no bill, or a crate that is built is not on it.
pub fn only(bill: &str, built: &Crates) -> Result<String, String> {
    let mut bill: Value = serde_json::from_str(bill).map_err(|error| error.to_string())?;
    let text = |value: &Value, name: &str| value[name].as_str().unwrap_or_default().to_owned();
    let identity = |value: &Value| (text(value, "name"), text(value, "version"));

    let components = bill["components"].as_array_mut().ok_or("it has no components")?;
    components.retain(|component| built.contains(&identity(component)));
    let listed: Crates = components.iter().map(identity).collect();
    let mut kept: BTreeSet<String> = components.iter().map(|component| text(component, "bom-ref")).collect();
    kept.insert(text(&bill["metadata"]["component"], "bom-ref"));

    let missing: Vec<&(String, String)> = built.difference(&listed).collect();
    // The package itself is what the bill is about.
    if missing.len() != 1 {
        return Err(format!("crates that are built are not on it: {missing:?}"));
    }
    let dependencies = bill["dependencies"].as_array_mut().ok_or("it has no dependencies")?;
    dependencies.retain(|dependency| kept.contains(&text(dependency, "ref")));
    for dependency in dependencies {
        if let Some(on) = dependency.get_mut("dependsOn").and_then(Value::as_array_mut) {
            on.retain(|on| on.as_str().is_some_and(|on| kept.contains(on)));
        }
    }
    serde_json::to_string_pretty(&bill).map(|text| text + "\n").map_err(|error| error.to_string())
}
