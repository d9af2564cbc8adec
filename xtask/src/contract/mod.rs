//! `cargo xtask contract`: what has changed since a release, whether the version says so, and the next release.
//!
//! What a change means is known to `untag-evolution`, which knows no files; here are the files: the contract, the releases
//! with their checksums, and the changelog.

mod api;
mod changelog;
mod released;
mod report;

use crate::{
    cli::Output,
    contracts::{self, CONTRACT},
    failure::{Exit, Failure},
    files, lock,
    plan::{Entry, State},
    transaction::{self, Transaction},
};
pub(crate) use api::{api, is_shallow};
use released::Released;
use report::Report;
use std::{
    io::{self, Write},
    path::Path,
};
use untag_evolution::{Contract, Level, Version};

/// Prints what has changed since a base: a release, a file, or by default the newest release.
pub(crate) fn diff(root: &Path, base: Option<&str>, output: Output) -> Result<(), Failure> {
    let base = base_of(root, base)?;
    let contract = Document::read(&root.join(CONTRACT), CONTRACT)?;
    let report = Report::of(&base, &contract);
    let text = match output {
        Output::Text => report.text(),
        Output::Json => report.json(),
    };
    // A reader that has seen enough, like `head`, changes nothing about the result.
    let _ = io::stdout().write_all(text.as_bytes());
    Ok(())
}

/// Fails if a release was edited, or if the contract has changed more than its version says.
pub(crate) fn check(root: &Path) -> Result<(), Failure> {
    let released = Released::read(root)?;
    let Some(base) = released.newest()? else { return Err(no_release()) };
    let contract = Document::read(&root.join(CONTRACT), CONTRACT)?;
    let report = Report::of(&base, &contract);
    let Some(level) = report.level else {
        if report.changes.is_empty() {
            println!("The contract is {}, byte for byte.", base.label());
            return Ok(());
        }
        return Err(refused(format!(
            "`info.version` of {CONTRACT} is no longer that of {}, and nothing else has changed: set it back",
            base.label()
        )));
    };
    let allowed = level.allowed(&base.version()?);
    let version = contract.version()?;
    if allowed.contains(&version) {
        println!("{} Its version, {version}, says so.", report.headline());
        return Ok(());
    }
    println!("{}", report.text());
    Err(refused(format!(
        "the contract has {} since {}, and its `info.version` is {version}: set it to {}, or take the changes back",
        kinds(level),
        base.label(),
        choice(&allowed)
    )))
}

/// Freezes the contract as a release, or says why not and changes nothing.
pub(crate) fn release(root: &Path, version: &Version) -> Result<(), Failure> {
    let _lock = lock::acquire(root)?;
    transaction::recover(root)?;
    let released = Released::read(root)?;
    let text = files::read(&root.join(CONTRACT))?;
    if let Err(diagnostics) = untag_codegen::read(CONTRACT, &text) {
        return Err(contracts::refuse(&[(CONTRACT, text, diagnostics)]));
    }
    let contract = Document::read(&root.join(CONTRACT), CONTRACT)?;
    match released.newest()? {
        Some(base) => follows(&base, &contract, version)?,
        None if version.major == 0 => {
            return Err(refused(format!(
                "{version} cannot be released: who reads a release relies on it, so the first one is 1.0.0 or greater"
            )));
        }
        None => {}
    }
    let written = contract.version()?;
    if written != *version {
        return Err(refused(format!(
            "`info.version` of {CONTRACT} is {written}: set it to {version}, run `cargo xtask codegen`, and release again"
        )));
    }
    changelog::require(root, version)?;
    let entries = released.with(version, &text);
    let paths: Vec<String> = entries.iter().map(|entry| entry.path.clone()).collect();
    Transaction::stage(root, &entries)?.commit()?;
    println!("Release {version} is frozen: commit {}.", paths.join(" and "));
    Ok(())
}

/// Whether a version may follow the newest release, given what has changed.
fn follows(base: &Document, contract: &Document, version: &Version) -> Result<(), Failure> {
    let newest = base.version()?;
    if *version <= newest {
        return Err(refused(format!(
            "{version} cannot be released: the newest release is {newest}, and versions grow"
        )));
    }
    let report = Report::of(base, contract);
    let Some(level) = report.level else {
        return Err(refused(format!(
            "nothing has changed since release {newest} but perhaps its version: there is nothing to release"
        )));
    };
    let allowed = level.allowed(&newest);
    if allowed.contains(version) {
        return Ok(());
    }
    println!("{}", report.text());
    Err(refused(format!(
        "{version} cannot be released: the contract has {} since release {newest}, so the version is {}",
        kinds(level),
        choice(&allowed)
    )))
}

/// A contract, and what sentences call it.
struct Document {
    name: String,
    contract: Contract,
}

impl Document {
    fn read(path: &Path, name: &str) -> Result<Self, Failure> {
        Self::of(name, &files::read(path)?, name)
    }

    fn of(name: &str, text: &str, path: &str) -> Result<Self, Failure> {
        let contract = Contract::read(path, text)
            .map_err(|diagnostics| contracts::refuse(&[(path, text.to_owned(), diagnostics)]))?;
        Ok(Self { name: name.to_owned(), contract })
    }

    fn label(&self) -> &str {
        &self.name
    }

    fn version(&self) -> Result<Version, Failure> {
        let plain = |version: &Version| version.pre.is_empty() && version.build.is_empty();
        self.contract.version().filter(plain).ok_or_else(|| {
            let text = self.contract.version_text();
            refused(format!(
                "`info.version` of {} is `{text}`: write three numbers, such as 1.0.0",
                self.name
            ))
        })
    }
}

/// The contract that is compared with: a release by its version, or a file.
fn base_of(root: &Path, base: Option<&str>) -> Result<Document, Failure> {
    let released = Released::read(root)?;
    let Some(base) = base else { return released.newest()?.ok_or_else(no_release) };
    match Version::parse(base) {
        Ok(version) => released.release(&version)?.ok_or_else(|| {
            let known = released.versions().map(Version::to_string).collect::<Vec<_>>().join(", ");
            refused(format!("there is no release {version}; there are: {known}"))
        }),
        Err(_) => Document::read(Path::new(base), base),
    }
}

fn no_release() -> Failure {
    refused(format!(
        "{} holds no release: `cargo xtask contract release X.Y.Z` makes the first",
        released::FOLDER
    ))
}

fn refused(message: String) -> Failure {
    Failure { exit: Exit::Refused, message }
}

/// What asks for a level, in words.
fn kinds(level: Level) -> &'static str {
    match level {
        Level::Major => "breaking changes",
        Level::Minor => "compatible changes",
        Level::Patch => "changes of its words",
    }
}

/// `1.0.1, 1.1.0 or 2.0.0`.
fn choice(versions: &[Version]) -> String {
    let texts: Vec<String> = versions.iter().map(Version::to_string).collect();
    match texts.split_last() {
        Some((last, [])) => last.clone(),
        Some((last, others)) => format!("{} or {last}", others.join(", ")),
        None => String::new(),
    }
}

/// A file that is written by a release.
fn created(path: String, new: String) -> Entry {
    Entry { path, state: State::Missing { new } }
}
