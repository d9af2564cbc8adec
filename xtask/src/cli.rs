//! The command line, and its help: what each command reads, what it writes, how long it takes, how it ends.

use clap::{Parser, Subcommand};
use std::{ffi::OsString, path::PathBuf};

/// The project's own commands.
#[derive(Debug, Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask", disable_help_subcommand = true)]
#[command(after_help = "The first run compiles the generator, which takes about a minute. \
                        `cargo xtask COMMAND --help` says more about each command.")]
pub(crate) struct Cli {
    /// Another root than that of the repository, for tests.
    #[arg(long, hide = true, global = true)]
    pub(crate) root: Option<PathBuf>,
    #[command(subcommand)]
    pub(crate) command: Option<Command>,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Write the generated Rust code again after a change of the contract
    #[command(after_long_help = CODEGEN)]
    Codegen {
        /// Write nothing: show what differs from the contract, and fail if anything does
        #[arg(long)]
        check: bool,
    },
    /// Run every test; needs nothing but the Rust toolchain
    #[command(after_long_help = TEST)]
    Test {
        /// Passed on to `cargo test`, for example: `NAME`, `--test all`, or `NAME -- --nocapture`
        #[arg(trailing_var_arg = true, allow_hyphen_values = true, value_name = "ARGUMENTS")]
        arguments: Vec<OsString>,
    },
    /// Run every check a change must pass: format, drift, licences, lint, docs, tests, packages
    #[command(after_long_help = CI)]
    Ci {
        /// Also look for known vulnerabilities; their database is fetched from the internet
        #[arg(long)]
        advisories: bool,
    },
    /// Measure each part beside what it is built on, or what people would use instead
    #[command(after_long_help = BENCH)]
    Bench {
        /// Passed on to the benchmark program; `-- --help` shows its options
        #[arg(trailing_var_arg = true, allow_hyphen_values = true, value_name = "ARGUMENTS")]
        arguments: Vec<OsString>,
    },
}

const CODEGEN: &str = "\
Reads:
  openapi/untag.yaml                 the contract
  tests/fixtures/documents/*.yaml    small contracts that the tests use

Writes:
  crates/{types,client,server}/src/generated/
  tests/fixtures/src/generated/

These folders hold nothing but generated files. Only files whose text changes are written,
files that are no longer generated are removed, and all of that happens or none of it.
A file that was edited by hand is generated again; the edited text is kept in
target/codegen/replaced/. With --check nothing is written anywhere.

Takes: less than a second.

Exit codes:
  0  everything is as the contract says
  1  a file could not be read or written; nothing has changed
  2  the command line makes no sense
  3  the contract was refused; every reason is shown with its place and remedy, and nothing has changed
  4  --check found files that differ; each is listed, with a diff";

const TEST: &str = "\
Reads:  the whole repository.
Writes: target/ only.
Takes:  some minutes the first time, most of it compiling.

Runs `cargo test --workspace --all-features --no-fail-fast`, doctests included, after building
the examples that some tests start.

Exit codes:
  0  every test passed
  1  a test failed, or something does not compile";

const CI: &str = "\
Steps, in this order; the first that fails is the last that runs:
  format      cargo fmt --check
  drift       cargo xtask codegen --check
  deny        cargo deny: licences, banned and duplicate crates, sources
  advisories  cargo deny: known vulnerabilities; only with --advisories
  clippy      every warning is an error
  doc         every warning is an error
  test        cargo xtask test
  package     what `cargo publish` would upload, built from the packages

Reads:  the whole repository.
Writes: target/ only.
Takes:  ten to twenty minutes on two cores the first time.
Needs:  rustfmt, clippy and cargo-deny; a missing one fails its step with the command that installs it.

Exit codes:
  0  every step passed; a step that was skipped is shown as SKIPPED, never as passed
  1  a step failed";

const BENCH: &str = "\
Reads:  the generated crates; builds them with optimisation.
Writes: target/bench/report.md, the table that is also printed.
Takes:  some minutes; leave the machine alone meanwhile.
Needs:  PostgreSQL. Where curl, or Python with a PyPI to install from, is missing, the report says
        what is not measured.

Exit codes:
  0  measured
  1  a benchmark could not be built or run";
