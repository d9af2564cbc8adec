//! `untag man`: the man pages, made from the same tree as the help.

use crate::cli;
use crate::exit::Exit;
use crate::output::say;
use crate::problem::Problem;
use clap::Args;

/// What is typed after `untag man`.
#[derive(Debug, Args)]
pub struct Man {
    /// The command whose page it is [default: untag itself]
    #[arg(value_name = "COMMAND")]
    pub command: Option<String>,
}

/// Runs the command.
///
/// # Errors
/// There is no such command, or stdout cannot be written.
pub fn run(man: &Man) -> Result<Exit, Problem> {
    let mut tree = cli::tree();
    // From here on, each command knows its whole name.
    tree.build();
    let found = man.command.as_ref().map_or(Some(&tree), |name| tree.find_subcommand(name));
    let page = found.ok_or_else(|| {
        let names: Vec<_> = tree.get_subcommands().map(clap::Command::get_name).collect();
        let name = man.command.as_deref().unwrap_or_default();
        Problem::usage(format!("there is no command {name:?}; there are {}", names.join(", ")))
    })?;
    let mut text = Vec::new();
    clap_mangen::Man::new(page.clone())
        .source(concat!("untag ", env!("CARGO_PKG_VERSION")))
        .render(&mut text)
        .map_err(|error| Problem::failed(format!("the page cannot be written: {error}")))?;
    say(String::from_utf8_lossy(&text).trim_end())?;
    Ok(Exit::Done)
}
