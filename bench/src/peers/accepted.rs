//! Which documents each generator takes, and of which of them it makes code that compiles.

use super::generators::Generator;
use super::packages::Packages;
use crate::report::{Section, not_measured};
use crate::{Outcome, progress};
use serde_json::Value;
use std::collections::BTreeSet;
use std::io::Write as _;
use std::process::Stdio;

/// Compiles everything that was generated.
pub(super) fn measure(packages: &Packages) -> Outcome<Section> {
    progress::say("compiling what was generated");
    let compiled = compiled(packages)?;
    let mut section = Section {
        title: "Accepted documents",
        method: "The contract, and one document for each row of the subset that `untag` reads (`tests/fixtures/documents`), through \
            each generator, and what it wrote through `cargo check`. *refused* means that the generator ended with an error; for \
            `untag`, everything in this list is a test. Documents outside the subset are not asked: `untag` refuses them, with \
            the place, and its peers take many of them. Whether what compiles also does what the document says is the \
            business of the next tables."
            .to_owned(),
        columns: &["document", "untag", "openapi-to-rust", "progenitor alone", "openapi-generator rust", "openapi-generator rust-axum"],
        rows: Vec::new(),
        goals: Vec::new(),
    };
    let mut sums = [0_usize; Generator::ALL.len()];
    for document in &packages.documents {
        let mut row = vec![document.name.replace("contract-token", "contract, token only")];
        for (generator, sum) in Generator::ALL.into_iter().zip(&mut sums) {
            let cell = match packages.of(generator, &document.name) {
                Ok(made) if compiled.contains(&made.package) => {
                    *sum += 1;
                    "compiles"
                }
                Ok(_) => "does not compile",
                Err(_) if packages.absent(generator).is_some() => "not measured",
                Err(_) => "refused",
            };
            row.push(cell.to_owned());
        }
        section.rows.push(row);
    }
    let total = packages.documents.len();
    section.rows.push(
        std::iter::once("**compiles**".to_owned())
            .chain(Generator::ALL.into_iter().zip(sums).map(|(generator, sum)| {
                match packages.absent(generator) {
                    Some(why) => not_measured(why),
                    None => format!("{sum} of {total}"),
                }
            }))
            .collect(),
    );
    Ok(section)
}

/// The packages that compile.
fn compiled(packages: &Packages) -> Outcome<BTreeSet<String>> {
    let mut cargo = packages.cargo("check");
    cargo.args(["--workspace", "--lib", "--keep-going", "--message-format=json"]);
    let output = cargo.stdout(Stdio::piped()).stderr(Stdio::piped()).output()?;
    let mut compiled = BTreeSet::new();
    for line in output.stdout.split(|byte| *byte == b'\n').filter(|line| !line.is_empty()) {
        let message: Value = serde_json::from_slice(line)?;
        if message.get("reason").and_then(Value::as_str) == Some("compiler-artifact") {
            // Packages of the workspace are named in their path: `path+file:///…/rust/arrays#arrays-of-rust@0.0.0`.
            let id = message.get("package_id").and_then(Value::as_str).unwrap_or_default();
            let name = id.rsplit('#').next().and_then(|name| name.split('@').next()).unwrap_or_default();
            compiled.insert(name.to_owned());
        }
    }
    if compiled.is_empty() {
        // Nothing of ours either: it is not the generated code.
        let _ = std::io::stderr().write_all(&output.stderr);
        return Err("nothing of the generated packages compiles: is there a registry?".into());
    }
    Ok(compiled)
}
