//! The command line of `untagd`.

use crate::command;
use crate::settings::Layer;
use clap::{Args, Parser, Subcommand};
use std::path::PathBuf;

/// The reference service for tag deletion: serves the contract on SQLite or PostgreSQL.
///
/// `untagd dev` starts one on this machine with sample data; `untagd serve` is for production.
#[derive(Debug, Parser)]
#[command(
    name = "untagd",
    version,
    disable_help_subcommand = true,
    after_help = "Exit codes: 0 done, 1 failed, 2 wrong use, 3 wrong input or configuration, or the answer is no; stderr says what to do."
)]
pub struct Cli {
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// The commands.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Serve on this machine, with sample data and credentials that are printed
    Dev(command::dev::Dev),
    /// Serve in production: real credentials, policies, TLS
    Serve(Configured),
    /// Say what is wrong with the configuration, without starting
    CheckConfig(Configured),
    /// Bring the database to the schema of this version
    Migrate(StoreOptions),
    /// Read resources and their tags, one JSON object a line
    Import(command::import::Import),
    /// Write resources and their tags, one JSON object a line
    Export(command::export::Export),
    /// Show what was removed and put back, by whom and when
    Audit(command::audit::Audit),
    /// Put back what deletions removed
    Restore(command::restore::Restore),
    /// Make a token, and what to write into the authentication file for it
    Token(command::token::Token),
    /// Make a key for authorization messages
    MessageKey,
    /// Say whether a user may do something, and why
    Explain(Box<command::explain::Explain>),
    /// Show what an `encoded_authorization_message` says
    DecodeAuthorizationMessage(command::decode::Decode),
}

/// A command with all settings.
#[derive(Debug, Args)]
pub struct Configured {
    /// TOML file with settings; flags and variables win over it
    #[arg(long, env = "UNTAGD_CONFIG", value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// The settings themselves.
    #[command(flatten)]
    pub layer: Layer,
}

/// A command that needs the database only.
#[derive(Clone, Debug, Args)]
pub struct StoreOptions {
    /// TOML file with settings; flags and variables win over it
    #[arg(long, env = "UNTAGD_CONFIG", value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// The database: sqlite:PATH, or postgres://… [default: sqlite:untagd.db]
    #[arg(long, env = "UNTAGD_STORE", value_name = "URL")]
    pub store: Option<String>,
}
