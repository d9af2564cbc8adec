//! `untagd decode-authorization-message`: shows the operator what a refused caller passed on.

use super::say;
use crate::authorization::read_key;
use crate::problem::Problem;
use clap::Args;
use std::io::Read;
use std::path::PathBuf;
use untag_policy::message::AuthorizationMessage;

/// Show what an `encoded_authorization_message` says: who asked for what, and which statement refused it.
#[derive(Debug, Args)]
pub struct Decode {
    /// The message; - is standard input
    #[arg(value_name = "MESSAGE")]
    pub message: String,
    /// File with the key of the service that sent it
    #[arg(long, env = "UNTAGD_MESSAGE_KEY", value_name = "FILE")]
    pub message_key: PathBuf,
}

/// Runs the command.
///
/// # Errors
/// The key or the message is not what it should be.
pub fn run(decode: Decode) -> Result<(), Problem> {
    let key = read_key(&decode.message_key)?;
    let text = if decode.message == "-" {
        let mut text = String::new();
        // Longer ones are none of ours, whatever follows.
        let mut input = std::io::stdin().take(64 * 1024);
        input.read_to_string(&mut text).map_err(|error| Problem::new(format!("stdin: {error}")))?;
        text
    } else {
        decode.message
    };
    let message =
        AuthorizationMessage::decode(&text, &key).map_err(|error| Problem::input(error.to_string()))?;
    let json = serde_json::to_string_pretty(&message).map_err(|error| Problem::input(error.to_string()))?;
    say(&json)
}
