//! The command line, and its help: what each command reads, what it writes, how long it takes, how it ends.

use clap::{Parser, Subcommand, ValueEnum};
use std::{ffi::OsString, path::PathBuf};
use untag_evolution::Version;

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
    /// Say what has changed in the contract since a release, and freeze the next one
    #[command(after_long_help = CONTRACT, disable_help_subcommand = true)]
    Contract {
        #[command(subcommand)]
        command: Contract,
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
    /// Make what a release uploads, twice, and compare: packages, programs, bills of materials, checksums
    #[command(after_long_help = RELEASE)]
    Release {
        /// Packages and bills of materials only, without compiling anything
        #[arg(long)]
        without_programs: bool,
    },
    /// Load the service with twice what it can take, and say what held
    #[command(after_long_help = SOAK)]
    Soak {
        /// `--minutes N`, `--postgres`, `--publish`; `-- --help` says what they do
        #[arg(trailing_var_arg = true, allow_hyphen_values = true, value_name = "ARGUMENTS")]
        arguments: Vec<OsString>,
    },
    /// Try inputs that nobody thought of on everything that reads what others wrote
    #[command(after_long_help = FUZZ)]
    Fuzz {
        /// How long each target runs
        #[arg(long, default_value_t = 60)]
        seconds: u32,
        /// Choose the corpora in the repository anew, from everything that was found so far
        #[arg(long)]
        minimise: bool,
        /// The targets to run, named as the folders of fuzz/corpus; all of them if left out
        targets: Vec<String>,
    },
    /// Write the documentation as a static site
    #[command(after_long_help = DOCS)]
    Docs {
        /// `--open`, `--out DIR`, `--without-rustdoc`; `-- --help` says what they do
        #[arg(trailing_var_arg = true, allow_hyphen_values = true, value_name = "ARGUMENTS")]
        arguments: Vec<OsString>,
    },
}

/// The commands about releases of the contract.
#[derive(Debug, Subcommand)]
pub(crate) enum Contract {
    /// List every change since a release: whom it hurts, where it is, and why
    #[command(after_long_help = CONTRACT_DIFF)]
    Diff {
        /// A released version, or the path of another contract; the newest release if left out
        base: Option<String>,
        /// How the changes are written
        #[arg(long, value_enum, default_value_t)]
        output: Output,
    },
    /// Check that no release was edited, and that the contract's version says what its changes are
    #[command(after_long_help = CONTRACT_CHECK)]
    Check,
    /// Check that the version of the generated crates says what has changed in their Rust API
    #[command(after_long_help = CONTRACT_API)]
    Api,
    /// Freeze the contract as it stands
    #[command(after_long_help = CONTRACT_RELEASE)]
    Release {
        /// `info.version` of the contract
        #[arg(value_parser = version)]
        version: Version,
    },
}

/// How the changes of a contract are written.
#[derive(Clone, Copy, Debug, Default, ValueEnum)]
pub(crate) enum Output {
    /// For people
    #[default]
    Text,
    /// For programs: one object
    Json,
}

/// Three numbers: releases have no pre-releases.
fn version(text: &str) -> Result<Version, String> {
    let version = Version::parse(text).map_err(|error| error.to_string())?;
    let is_plain = version.pre.is_empty() && version.build.is_empty();
    if is_plain { Ok(version) } else { Err("write three numbers, such as 1.0.0".to_owned()) }
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

const CONTRACT: &str = "\
Reads:
  openapi/untag.yaml          the contract
  openapi/released/           every release of it, and SHA256SUMS, which tells whether one was edited
  openapi/CHANGELOG.md        what each release says about itself

openapi/README.md says how the contract may grow, and what each class means.

Takes: less than a second, and `api` some minutes.";

const CONTRACT_DIFF: &str = "\
Classes:
  breaking for clients and servers, breaking for clients, breaking for servers
                 those that were written for the old contract fail with the new one: a major release
  compatible     nobody fails: a minor release
  documentation  words, examples, comments, layout: a patch release

Seen is every difference of the two documents, and how heavy it is. What no rule knows is reported as
breaking, `not classified`. Not seen, by this command nor by any comparison of documents:
  patterns       whether a new one allows more or less than the old one: a changed pattern is breaking for both
  descriptions   whether new words mean another behaviour: they are documentation, and a reviewer reads them
  Rust           that a parameter or member that is new changes how a method is called or a value is made
crates/evolution/README.md says what the library `drift` sees, and why it is asked by the tests only.

Exit codes:
  0  compared, whatever was found
  1  a file could not be read
  2  the command line makes no sense
  3  there is no such release, one was edited, or a contract cannot be read";

const CONTRACT_CHECK: &str = "\
A contract that differs from the newest release carries a version that semantic versioning allows for its
changes: after a breaking one the next major version, after a compatible one the next minor version, after
new words the next patch version, or a greater one of these.

Exit codes:
  0  everything is as it should be
  1  a file could not be read
  3  a release was edited, or the contract has changed more than its version says; the changes are listed";

const CONTRACT_API: &str = "\
Compares untag-types, untag-client and untag-server with what they were in the commit that froze the newest
release. A change of the contract that is compatible on the wire can break Rust code, so these crates have a
version of their own, which answers for it.

Takes: some minutes, most of it compiling.
Needs: cargo-semver-checks, git, and the history since the release.

Exit codes:
  0  everything is as it should be
  1  the API has changed more than the version of its crate says; the changes are listed
  3  there is no release, or git does not know when it was made";

const CONTRACT_RELEASE: &str = "\
Writes openapi/released/X.Y.Z.yaml, the exact bytes of the contract, and its line in SHA256SUMS: both or
neither. Refused, and nothing written, is
  a version that does not grow, or that semantic versioning does not allow for the changes
  a contract that has not changed, that lint refuses, or whose `info.version` is another
  a version without a section in openapi/CHANGELOG.md
  any release, after a released file was edited

Exit codes:
  0  frozen
  1  a file could not be read or written; nothing has changed
  2  the command line makes no sense
  3  refused; the message says what to do";

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
  contract    cargo xtask contract check
  deny        cargo deny: licences, banned and duplicate crates, sources
  unused      cargo machete: dependencies that nothing uses
  advisories  cargo deny: known vulnerabilities; only with --advisories
  clippy      every warning is an error
  doc         every warning is an error
  test        cargo xtask test
  fuzz        cargo xtask fuzz --seconds 5
  package     what `cargo publish` would upload, built from the packages
  release     cargo xtask release --without-programs; not of a tree with changes that are not committed
  api         cargo xtask contract api; not in a shallow clone, which lacks the commit of the release

Reads:  the whole repository.
Writes: target/ only.
Takes:  ten to twenty minutes on two cores the first time.
Needs:  rustfmt, clippy, cargo-deny, cargo-machete, cargo-cyclonedx and cargo-semver-checks; a missing one fails its step with the command that installs it.

Exit codes:
  0  every step passed; a step that was skipped is shown as SKIPPED, never as passed
  1  a step failed";

const BENCH: &str = "\
Reads:  the generated crates; builds them with optimisation.
Writes: target/bench/report.md, the table that is also printed; own.md or peers.md beside it, with plots,
        or in docs/measured, with --publish.
Takes:  some minutes; leave the machine alone meanwhile. `-- --peers` takes up to 25 minutes.
Needs:  PostgreSQL. Where curl, or Python with a PyPI to install from, is missing, the report says
        what is not measured. The peers of `-- --peers` are installed from crates.io, PyPI and npm, below
        target/bench/peers; two of them need Java, and two Node.js.

Exit codes:
  0  measured
  1  a benchmark could not be built or run";

const RELEASE: &str = "\
Reads:  the commit that is checked out, in two fresh clones below the target folder.
Writes: target/dist, which is replaced:
  *.crate            what `cargo publish` uploads
  *.cdx.json         for each program, every crate in it, as CycloneDX: versions, licences, checksums
  untag-*, untagd-*  the programs for this machine, with the list of their crates inside (`cargo audit bin` reads it)
  SHA256SUMS         what `sha256sum --check` reads

Whoever makes the same commit again with the same toolchain gets the same bytes; here that is done at once, in two
folders, and nothing is written if they differ.

Takes: ten minutes on two cores; a few seconds with --without-programs.
Needs: git, cargo-cyclonedx and, for programs, cargo-auditable; a missing one is named with the command that installs it.

Exit codes:
  0  made
  1  something could not be built, read or written
  3  there are changes that are not committed, or the two differ";

const SOAK: &str = "\
Reads:  the generated crates; builds untagd and the load with optimisation.
Writes: target/bench/soak.md with plots beside it, or docs/measured/soak.md with --publish; a database of some
        gigabytes in target/, which is removed in the end.
Takes:  a fifth longer than --minutes (20), and some minutes; leave the machine alone meanwhile.
Needs:  Linux; with --postgres, PostgreSQL.

Exit codes:
  0  everything held
  1  something did not, and the report says what; or it could not be run";

const FUZZ: &str = "\
Builds the targets of fuzz/ around libFuzzer, with the stable compiler, and runs one after the other.

Reads:  fuzz/corpus, fuzz/regressions, and target/fuzz/work, where earlier runs left what they found.
Writes: target/fuzz; with --minimise, fuzz/corpus as well.
Takes:  as long as you say for each target, and some minutes the first time, most of it compiling.
Needs:  a C++ compiler (Debian package g++), for libFuzzer.

A crash is repeated without the engine, by the command that is shown. Once it is mended, its input
stays in fuzz/regressions/TARGET/, which `cargo test -p untag-fuzz` replays with the corpora.

Exit codes:
  0  everything held
  1  a target crashed, or something could not be built";

const DOCS: &str = "\
Reads:  the contract, docs/, and what the pages include.
Writes: target/docs, or another folder, which is replaced; rustdoc below target/ on the way.
Takes:  some seconds, and some minutes the first time, most of it rustdoc's.
Needs:  nothing but the Rust toolchain, and no network once the lock file's packages are fetched.

The site opens from disk (index.html), from any static host, and from `untagd --docs DIR`.

Exit codes:
  0  the site is written
  1  a page asks for what is not there, a link leads nowhere, or a file could not be written;
     the site of before, if there was one, is still there";
