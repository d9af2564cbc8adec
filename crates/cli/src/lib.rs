#![doc = include_str!("../README.md")]

pub mod apply;
pub mod call;
pub mod cli;
pub mod clock;
pub mod command;
pub mod common;
pub mod confirm;
pub mod exit;
pub mod output;
pub mod problem;
pub mod profile;
pub mod session;
pub mod tag;

use clap::FromArgMatches as _;
use cli::{Cli, Command};
use exit::Exit;
use problem::Problem;
use std::process::ExitCode;
use untag_client::credentials::Surroundings;

/// Runs the command line of this process.
#[must_use]
pub fn run() -> ExitCode {
    let matches = cli::tree().get_matches();
    let command = match Cli::from_arg_matches(&matches) {
        Ok(cli) => cli.command,
        Err(error) => error.exit(),
    };
    let format = command.format();
    // One thread is more than any service keeps busy, and costs a quarter less for each request than several that wake each other.
    let outcome = match tokio::runtime::Builder::new_current_thread().enable_all().build() {
        Ok(runtime) => {
            let outcome = runtime.block_on(execute(command, &Surroundings::of_the_process()));
            // Nothing that still reads an input is waited for.
            runtime.shutdown_background();
            outcome
        }
        Err(error) => Err(Problem::failed(format!("no threads: {error}"))),
    };
    match outcome {
        Ok(exit) => exit,
        Err(problem) => {
            output::report(&problem, format);
            problem.exit()
        }
    }
    .into()
}

/// Runs a command.
async fn execute(command: Command, surroundings: &Surroundings) -> Result<Exit, Problem> {
    match command {
        Command::Desktop(desktop) => command::desktop::run(desktop, surroundings).await,
        Command::Resource(resource) => command::resource::run(resource, surroundings).await,
        Command::Apply(apply) => command::apply::run(*apply, surroundings).await,
        Command::Configure(configure) => command::configure::run(configure, surroundings).await,
        Command::Whoami(whoami) => command::whoami::run(whoami, surroundings).await,
        Command::Sign(sign) => command::sign::run(sign, surroundings).await,
        Command::Conformance(conformance) => command::conformance::run(&conformance),
        Command::Completions(completions) => command::completions::run(&completions),
        Command::Man(man) => command::man::run(&man),
    }
}
