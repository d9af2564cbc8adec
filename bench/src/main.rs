//! `cargo xtask bench`: the generator, the stub, the client and the service, each beside what it is built on, in one run.
//!
//! Absolute figures belong to a machine and an hour; the ratios are what this is for. Nothing here fails because
//! something is slow: the report says which goals were met, and the reader decides.

mod apply;
mod budget;
mod client;
mod codegen;
mod counting;
mod deletions;
mod documents;
mod load;
mod machine;
mod program;
mod progress;
mod python;
mod report;
mod rounds;
mod signing;
mod slice;
mod start;
mod stub;

use budget::Budget;
use clap::{Parser, Subcommand, ValueEnum};
use codegen::Pipeline;
use machine::Machine;
use report::Report;
use std::io::Write;
use std::process::ExitCode;
use untag_bench::{Outcome, bare, clock, example, server};

/// Measures the generator, the stub, the signature, the client, the service and `untag apply`, each beside what it is built on
/// or what people would use instead, and prints a table of ratios.
///
/// Takes about twenty minutes. Loopback only. Leave the machine alone meanwhile.
#[derive(Debug, Parser)]
#[command(name = "cargo xtask bench", args_conflicts_with_subcommands = true, disable_help_subcommand = true)]
struct Cli {
    /// Take less than half a minute, for figures that show whether it runs and little more
    #[arg(long)]
    quick: bool,
    /// Measure this part only; may be repeated
    #[arg(long, value_enum, value_name = "PART")]
    only: Vec<Part>,
    #[command(subcommand)]
    command: Option<Inner>,
}

/// What a run consists of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Part {
    /// The generator, over documents of growing size
    Codegen,
    /// The server stub, in process and over loopback
    Stub,
    /// The signature, beside bare hashing and the provider's Python signer
    Signing,
    /// The client
    Client,
    /// The service: its start, and durable deletions on SQLite and a real disk
    Service,
    /// The service on PostgreSQL, which must be installed: durable deletions through one process and two
    Postgres,
    /// `untag apply` against the service: beside the service's ceiling, `curl`, and the provider's Python SDK
    Apply,
}

/// What this program starts itself for.
#[derive(Debug, Subcommand)]
enum Inner {
    /// Generate code for the document on stdin
    #[command(hide = true)]
    Pipeline {
        /// By whom
        by: Pipeline,
    },
}

fn main() -> ExitCode {
    match run(&Cli::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            // Where even that cannot be written, the exit code says it.
            let _ = writeln!(std::io::stderr(), "error: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run(cli: &Cli) -> Outcome<()> {
    if let Some(Inner::Pipeline { by }) = cli.command {
        return codegen::child(by);
    }
    let budget = if cli.quick { Budget::QUICK } else { Budget::FULL };
    let wanted = |part| cli.only.is_empty() || cli.only.contains(&part);
    let mut report = Report { machine: Machine::read(), sections: Vec::new() };
    if wanted(Part::Codegen) {
        report.sections.push(codegen::measure(&budget)?);
    }
    if wanted(Part::Stub) {
        report.sections.push(stub::in_process(&budget)?);
        report.sections.push(stub::over_loopback(&budget)?);
    }
    if wanted(Part::Signing) {
        report.sections.push(signing::measure(&budget)?);
    }
    if wanted(Part::Client) {
        report.sections.extend(client::measure(&budget)?);
    }
    if wanted(Part::Service) {
        report.sections.push(start::measure(&budget)?);
        report.sections.extend(deletions::on_sqlite(&budget)?);
    }
    if wanted(Part::Postgres) {
        report.sections.push(deletions::on_postgres(&budget)?);
    }
    if wanted(Part::Apply) {
        report.sections.extend(apply::measure(&budget)?);
    }
    write!(std::io::stdout(), "{report}")?;
    Ok(())
}

/// A count as a figure to reckon with.
#[allow(clippy::cast_precision_loss, reason = "no count here reaches 2^53")]
pub(crate) fn number(count: usize) -> f64 {
    count as f64
}
