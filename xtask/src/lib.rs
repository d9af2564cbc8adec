//! The project's own commands, and nothing else: files and processes.
//!
//! What is Rust syntax lives in `untag-codegen`, which knows no files; what is files lives here, where no syntax is known.
//! `codegen` reads top-down: [`contracts`] says what every generated file should be, [`plan`] compares that with the disk,
//! and then either [`report`] shows the difference or [`transaction`] removes it.

mod bench;
mod ci;
mod cli;
pub mod codegen;
mod contract;
pub mod contracts;
mod docs;
pub mod failure;
mod files;
mod fuzz;
mod git;
mod lock;
mod package;
pub mod plan;
mod process;
pub mod release;
pub mod report;
mod soak;
mod suite;
pub mod transaction;

use clap::{CommandFactory, Parser};
use cli::{Cli, Command, Contract};
use codegen::Mode;
use std::{
    env,
    path::{Path, PathBuf},
    process::ExitCode,
};

/// The root of the repository whose cargo runs us; without cargo, the current folder.
///
/// Asked at run time: clones that share a target folder share this program too.
#[must_use]
pub fn repository() -> PathBuf {
    let package = env::var_os("CARGO_MANIFEST_DIR").map(PathBuf::from);
    package.as_deref().and_then(Path::parent).unwrap_or(Path::new(".")).to_owned()
}

/// Runs the command line of this process and gives its exit code; failures are printed to stderr.
#[must_use]
pub fn run() -> ExitCode {
    let cli = Cli::parse();
    let root = cli.root.unwrap_or_else(repository);
    let result = match cli.command {
        None => Cli::command().print_help().map_err(|error| format!("cannot print the help: {error}").into()),
        Some(Command::Codegen { check: true }) => codegen::run(&root, Mode::Check),
        Some(Command::Codegen { check: false }) => codegen::run(&root, Mode::Write),
        Some(Command::Contract { command: Contract::Diff { base, output } }) => {
            contract::diff(&root, base.as_deref(), output)
        }
        Some(Command::Contract { command: Contract::Check }) => contract::check(&root),
        Some(Command::Contract { command: Contract::Api }) => contract::api(&root),
        Some(Command::Contract { command: Contract::Release { version } }) => {
            contract::release(&root, &version)
        }
        Some(Command::Test { arguments }) => suite::run(&root, &arguments),
        Some(Command::Ci { advisories }) => ci::run(&root, advisories),
        Some(Command::Bench { arguments }) => bench::run(&root, &arguments),
        Some(Command::Release { without_programs }) => release::run(&root, !without_programs),
        Some(Command::Soak { arguments }) => soak::run(&root, &arguments),
        Some(Command::Docs { arguments }) => docs::run(&root, &arguments),
        Some(Command::Fuzz { seconds, minimise, targets }) => fuzz::run(&root, seconds, minimise, &targets),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            eprintln!("error: {failure}");
            failure.exit.into()
        }
    }
}
