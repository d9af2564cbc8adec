//! `untag completions`: what a shell needs to complete this command line.

use crate::cli;
use crate::exit::Exit;
use crate::output::say;
use crate::problem::Problem;
use clap::Args;
use clap_complete::Shell;

/// What is typed after `untag completions`.
#[derive(Debug, Args)]
pub struct Completions {
    /// The shell
    #[arg(value_enum, value_name = "SHELL")]
    pub shell: Shell,
}

/// Runs the command.
///
/// # Errors
/// stdout cannot be written.
pub fn run(completions: &Completions) -> Result<Exit, Problem> {
    let mut script = Vec::new();
    clap_complete::generate(completions.shell, &mut cli::tree(), "untag", &mut script);
    say(String::from_utf8_lossy(&script).trim_end())?;
    Ok(Exit::Done)
}
