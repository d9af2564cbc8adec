//! `untagd token`: makes a token, and says what the authentication file has to know of it.

use super::say;
use crate::problem::Problem;
use clap::Args;

/// Make a token, and what to write into the authentication file for it.
///
/// The token itself is printed once, on the first line, and is nowhere else: the file has only its SHA-256.
#[derive(Debug, Args)]
pub struct Token {
    /// Id of the user whose token it is
    #[arg(long, value_name = "ID")]
    pub user: String,
}

/// Runs the command.
///
/// # Errors
/// The system has no random numbers, or stdout cannot be written.
pub fn run(token: &Token) -> Result<(), Problem> {
    let new = untag_identity::make_token().map_err(|error| Problem::new(error.to_string()))?;
    say(&new.text)?;
    say(&format!(
        "\n# for the authentication file:\n[[tokens]]\nsha256 = \"{}\"\nuser = {}",
        new.sha256,
        toml::Value::from(token.user.as_str())
    ))
}
