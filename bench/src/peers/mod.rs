//! The peers: what somebody would take instead, measured beside ours in one run. Each is installed from its registry; what cannot be
//! had is named in the report, where its figures would stand.

mod accepted;
mod documents;
mod exchange;
mod generation;
mod generators;
mod install;
mod malformed;
mod packages;
mod rates;
mod servers;

use self::generators::Generator;
use self::install::Installed;
use self::packages::Packages;
use self::servers::Peer;
use crate::budget::Budget;
use crate::example::Example;
use crate::machine::Machine;
use crate::report::Report;
use crate::{Outcome, apply};
use clap::ValueEnum;
use std::fs;
use std::path::{Path, PathBuf};

pub(crate) use generators::write as generate;
pub(crate) use servers::{Served, serve};

/// What a run consists of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Part {
    /// What generating code costs, and what the code is like
    Generating,
    /// Which documents become code that compiles
    Accepted,
    /// Answers per second of the stubs
    Answering,
    /// What the stubs answer to malformed requests
    Malformed,
    /// Deletions by the hundred thousand, beside `curl` and the provider's Python SDK
    Bulk,
}

/// Measures these parts, or all where none is named.
///
/// # Errors
/// Something of ours does not work. A peer that cannot be had, or does not work, is a cell of a table.
pub(crate) fn measure(budget: &Budget, parts: &[Part]) -> Outcome<Report> {
    let wanted = |part| parts.is_empty() || parts.contains(&part);
    let folder = folder()?;
    fs::create_dir_all(&folder)?;
    let packages = Packages::make(&folder, Installed::install(&folder))?;
    let mut report = Report {
        title: "Ours and its peers, side by side",
        command: "cargo xtask bench --peers",
        machine: Machine::read(),
        notes: vec![packages.installed.versions.clone()],
        sections: Vec::new(),
        plots: Vec::new(),
        claims: Vec::new(),
    };
    if wanted(Part::Generating) {
        let (section, plots) = generation::measure(budget, &packages)?;
        report.sections.push(section);
        report.plots.extend(plots);
    }
    if wanted(Part::Accepted) {
        report.sections.push(accepted::measure(&packages)?);
    }
    if wanted(Part::Answering) {
        let (section, plots) = rates::measure(budget, &packages)?;
        report.sections.push(section);
        report.plots.extend(plots);
    }
    if wanted(Part::Malformed) {
        report.sections.push(malformed::measure(&packages));
    }
    if wanted(Part::Bulk) {
        report.sections.push(apply::without(budget)?);
    }
    claim(&mut report);
    Ok(report)
}

/// What the README says of it: ours, and the peer that comes next to it.
fn claim(report: &mut Report) {
    let sum = ["**as the contract says**"];
    for (claim, peer) in [
        ("malformed requests that the stub answers as the contract says", "untag's stub"),
        ("the same, the stub of openapi-to-rust", "openapi-to-rust"),
        ("the same, Prism", "Prism"),
    ] {
        report.claim(claim, malformed::TITLE, &sum, peer);
    }
    let operation = Example::ResourceTags.operation();
    for (claim, server) in [
        ("answers of the stub, `batchUntagResources`", Peer::Untag),
        ("the same, openapi-to-rust", Peer::OpenapiToRust),
        ("the same, openapi-generator's `rust-axum`", Peer::RustAxum),
    ] {
        report.claim(claim, rates::TITLE, &[operation, server.name()], "answers");
    }
    for (claim, generator) in [
        ("generating types, client and server", Generator::Untag),
        ("the same, openapi-to-rust", Generator::OpenapiToRust),
    ] {
        report.claim(claim, generation::TITLE, &[generator.name()], "generating");
    }
    report.claim(
        "`untag apply` is faster than the provider's Python SDK in 16 threads by",
        "Applying a file, or doing without",
        &["the provider's Python SDK", "16"],
        "apply is faster by",
    );
}

/// Where peers are kept from run to run: `bench/peers` of cargo's target folder.
fn folder() -> Outcome<PathBuf> {
    let own = std::env::current_exe()?;
    let target = own.ancestors().find(|folder| folder.join("CACHEDIR.TAG").is_file());
    Ok(target.unwrap_or(Path::new("target")).join("bench/peers"))
}

/// The root of the repository that this program was built in.
fn repository() -> &'static Path {
    let package = Path::new(env!("CARGO_MANIFEST_DIR"));
    package.parent().unwrap_or(package)
}
