//! `cargo xtask docs`: writes the site, and opens it if asked to.

use clap::Parser;
use std::io::{Write, stderr, stdout};
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};
use untag_docs::{Inputs, Problem, build, cargo};

/// Writes the site: the reference and the guides, as static pages that open from disk.
#[derive(Debug, Parser)]
#[command(name = "cargo xtask docs", disable_help_subcommand = true)]
struct Cli {
    /// Where it goes, from the root of the repository; the folder is replaced
    #[arg(long, value_name = "DIR", default_value = "target/docs")]
    out: PathBuf,
    /// Show it in the browser
    #[arg(long)]
    open: bool,
    /// Leave out the crates' rustdoc, which takes a minute to compile the first time
    #[arg(long)]
    without_rustdoc: bool,
}

fn main() -> ExitCode {
    match run(&Cli::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(problems) => {
            for problem in problems {
                // Where stderr cannot be written, the exit code says it.
                let _ = writeln!(stderr(), "error: {problem}");
            }
            ExitCode::FAILURE
        }
    }
}

fn run(cli: &Cli) -> Result<(), Vec<Problem>> {
    let one = |problem: Problem| vec![problem];
    // `cargo xtask` has gone to the root.
    let repository = PathBuf::from(".");
    let packages = cargo::packages(&repository).map_err(one)?;
    let rustdoc = (!cli.without_rustdoc).then(|| cargo::rustdoc(&repository, &packages));
    let rustdoc = rustdoc.transpose().map_err(one)?;
    let site = build(&Inputs { content: repository.join("docs"), repository, packages, rustdoc })?;
    site.write(&cli.out).map_err(one)?;
    let start = cli.out.join("index.html");
    let _ = writeln!(stdout(), "The site is in {}; start with {}.", cli.out.display(), start.display());
    if cli.open { open(&start).map_err(one) } else { Ok(()) }
}

/// Opens a file with what the system has for it.
fn open(file: &Path) -> Result<(), Problem> {
    let program = if cfg!(target_os = "macos") {
        "open"
    } else if cfg!(windows) {
        "explorer"
    } else {
        "xdg-open"
    };
    let cannot = |words: String| Problem::new(program, format!("cannot open {}: {words}", file.display()));
    let status = Command::new(program).arg(file).status().map_err(|error| cannot(error.to_string()))?;
    if status.success() { Ok(()) } else { Err(cannot(status.to_string())) }
}
