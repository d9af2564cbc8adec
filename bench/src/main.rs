//! `cargo xtask bench`: the generator, the stub, the client and the service, each beside what it is built on, in one run.
//!
//! Absolute figures belong to a machine and an hour; the ratios are what this is for. Nothing here fails because
//! something is slow: the report says which goals were met, and the reader decides.

mod bare;
mod budget;
mod client;
mod clock;
mod codegen;
mod deletions;
mod documents;
mod example;
mod load;
mod machine;
mod program;
mod progress;
mod report;
mod rounds;
mod server;
mod slice;
mod start;
mod stub;

use budget::Budget;
use clap::{Parser, Subcommand, ValueEnum};
use codegen::Pipeline;
use machine::Machine;
use report::Report;
use std::error::Error;
use std::io::Write;
use std::process::ExitCode;

/// What can go wrong here is reported and ends the run.
pub(crate) type Outcome<T> = Result<T, Box<dyn Error + Send + Sync>>;

/// Measures the generator, the stub, the client and the service, each beside what it is built on, and prints a table of ratios.
///
/// Takes about five minutes. Loopback only. Leave the machine alone meanwhile.
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
    /// The client
    Client,
    /// The service: its start, and durable deletions on SQLite and a real disk
    Service,
    /// The service on PostgreSQL, which must be installed: durable deletions through one process and two
    Postgres,
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
    if wanted(Part::Client) {
        report.sections.push(client::measure(&budget)?);
    }
    if wanted(Part::Service) {
        report.sections.push(start::measure(&budget)?);
        report.sections.extend(deletions::on_sqlite(&budget)?);
    }
    if wanted(Part::Postgres) {
        report.sections.push(deletions::on_postgres(&budget)?);
    }
    write!(std::io::stdout(), "{report}")?;
    Ok(())
}

/// A count as a figure to reckon with.
#[allow(clippy::cast_precision_loss, reason = "no count here reaches 2^53")]
pub(crate) fn number(count: usize) -> f64 {
    count as f64
}
