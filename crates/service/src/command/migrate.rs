//! `untagd migrate`: brings the database to the schema of this version, as every start does.

use super::say;
use crate::cli::StoreOptions;
use crate::database::{self, Missing};
use crate::problem::Problem;

/// Runs the command.
///
/// # Errors
/// The database cannot be reached, is not ours, or is of a newer version.
pub async fn run(options: StoreOptions) -> Result<(), Vec<Problem>> {
    let store = database::open_for(&options, Missing::Make).await?;
    store.close().await.map_err(|error| vec![Problem::new(error.to_string())])?;
    say("the database has the schema of this version").map_err(|problem| vec![problem])
}
