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
mod peers;
mod plot;
mod program;
mod progress;
#[cfg(test)]
mod published;
mod python;
mod report;
mod rounds;
mod scale;
mod signing;
mod slice;
mod soak;
mod start;
mod stub;

use budget::Budget;
use clap::{Parser, Subcommand, ValueEnum};
use codegen::Pipeline;
use machine::Machine;
use report::Report;
use std::io::Write;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
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
    #[command(flatten)]
    scale: scale::Options,
    /// Measure what people would take instead, installed from their registries, beside ours; all of it, or these parts. Takes up
    /// to 25 minutes
    #[arg(long, value_enum, value_name = "PART", num_args = 0.., value_delimiter = ',', conflicts_with_all = ["only", "scale"])]
    peers: Option<Vec<peers::Part>>,
    /// Write the report to docs/measured, in place of target/bench
    #[arg(long)]
    publish: bool,
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
    /// Write the code for a document into a folder
    #[command(hide = true)]
    Generate {
        /// By whom
        by: Pipeline,
        /// The document, as JSON
        document: PathBuf,
        /// Where the package is made
        out: PathBuf,
    },
    /// Serve both operations without a store, on one thread
    #[command(hide = true)]
    Serve {
        /// What
        what: peers::Served,
        /// Where
        address: SocketAddr,
    },
    /// What `cargo xtask soak` runs
    #[command(hide = true)]
    Soak(soak::Soak),
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
    match &cli.command {
        Some(Inner::Pipeline { by }) => return codegen::child(*by),
        Some(Inner::Generate { by, document, out }) => return peers::generate(*by, document, out),
        Some(Inner::Serve { what, address }) => return peers::serve(*what, *address),
        Some(Inner::Soak(soak)) => return soak.run(),
        None => {}
    }
    let folder = Path::new(if cli.publish { "docs/measured" } else { "target/bench" });
    if cli.scale.scale {
        return scale::measure(cli.scale, folder);
    }
    let budget = if cli.quick { Budget::QUICK } else { Budget::FULL };
    let (mut report, name) = match &cli.peers {
        Some(parts) => (peers::measure(&budget, parts)?, "peers"),
        None => (own(cli, &budget)?, "own"),
    };
    if cli.quick {
        report.notes.push("A quick run: it shows that everything runs, and little more.".to_owned());
    }
    if cfg!(debug_assertions) {
        report.notes.push("Built without optimisation: figures of ours say nothing.".to_owned());
    }
    report.write(folder, name)?;
    write!(std::io::stdout(), "{report}")?;
    Ok(())
}

/// What is ours, beside what it is built on.
fn own(cli: &Cli, budget: &Budget) -> Outcome<Report> {
    let wanted = |part| cli.only.is_empty() || cli.only.contains(&part);
    let mut report = Report {
        title: "Ours, beside what it is built on",
        command: "cargo xtask bench",
        machine: Machine::read(),
        notes: Vec::new(),
        sections: Vec::new(),
        plots: Vec::new(),
        claims: Vec::new(),
    };
    if wanted(Part::Codegen) {
        let (section, plot) = codegen::measure(budget)?;
        report.sections.push(section);
        report.plots.push(plot);
    }
    if wanted(Part::Stub) {
        report.sections.push(stub::in_process(budget)?);
        report.sections.push(stub::over_loopback(budget)?);
    }
    if wanted(Part::Signing) {
        report.sections.push(signing::measure(budget)?);
    }
    if wanted(Part::Client) {
        report.sections.extend(client::measure(budget)?);
    }
    if wanted(Part::Service) {
        report.sections.push(start::measure(budget)?);
        report.sections.extend(deletions::on_sqlite(budget)?);
    }
    if wanted(Part::Postgres) {
        report.sections.push(deletions::on_postgres(budget)?);
    }
    if wanted(Part::Apply) {
        report.sections.extend(apply::measure(budget)?);
    }
    report.claim(
        "generating code for 2,000 operations takes, of progenitor's time alone",
        "Generator",
        &["2000"],
        "time ratio",
    );
    for example in example::Example::ALL {
        let claim =
            format!("requests per second through the stub, of bare axum's, `{}`", example.operation());
        report.claim(&claim, "Stub over loopback", &[example.operation()], "rate ratio");
    }
    report.claim(
        "`untag apply`, of the tags per second that the service can take",
        "Applying a file",
        &["batches", "16"],
        "rate ratio",
    );
    Ok(report)
}

/// A count as a figure to reckon with.
#[allow(clippy::cast_precision_loss, reason = "no count here reaches 2^53")]
pub(crate) fn number(count: usize) -> f64 {
    count as f64
}
