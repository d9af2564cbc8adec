#![doc = include_str!("../README.md")]

pub mod admin;
pub mod api;
pub mod authorization;
pub mod caller;
pub mod cli;
pub mod clock;
pub mod command;
pub mod configuration;
pub mod core_dumps;
pub mod database;
pub mod docs;
pub mod front;
pub mod logging;
pub mod metrics;
pub mod open_files;
pub mod problem;
pub mod ready;
pub mod running;
pub mod sample;
pub mod settings;
pub mod transfer;

use clap::Parser;
use cli::{Cli, Command};
use problem::{Cause, Problem, Problems};
use std::io::{self, Write};
use std::process::ExitCode;

/// Runs the command line of this process.
#[must_use]
pub fn run() -> ExitCode {
    core_dumps::forbid();
    let cli = Cli::parse();
    let outcome = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime.block_on(command(cli.command)),
        Err(error) => Err(Problem::new(format!("no threads: {error}")).into()),
    };
    match outcome {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::from(WRONG_INPUT),
        Err(problems) => report(&problems),
    }
}

/// The exit code for input or a configuration that is wrong, and for an answer that is no.
const WRONG_INPUT: u8 = 3;

/// Runs a command; whether what it looked at is good.
async fn command(command: Command) -> Result<bool, Problems> {
    match command {
        Command::Dev(dev) => command::dev::run(dev).await?,
        Command::Serve(configured) => command::serve::run(configured).await?,
        Command::CheckConfig(configured) => command::check_config::run(configured)?,
        Command::Migrate(options) => command::migrate::run(options).await?,
        Command::Import(import) => return command::import::run(import).await,
        Command::Export(export) => command::export::run(export).await?,
        Command::Audit(audit) => command::audit::run(audit).await?,
        Command::Restore(restore) => command::restore::run(restore).await?,
        Command::Token(token) => command::token::run(&token)?,
        Command::MessageKey => command::message_key::run()?,
        Command::Explain(explain) => return command::explain::run(*explain).await,
        Command::DecodeAuthorizationMessage(decode) => command::decode::run(decode)?,
    }
    Ok(true)
}

fn report(problems: &Problems) -> ExitCode {
    for problem in problems.iter() {
        // Where stderr cannot be written, the exit code says it.
        let _ = writeln!(io::stderr(), "error: {problem}");
    }
    let is_input = problems.iter().all(|problem| problem.cause() == Cause::Input);
    if is_input { ExitCode::from(WRONG_INPUT) } else { ExitCode::FAILURE }
}
