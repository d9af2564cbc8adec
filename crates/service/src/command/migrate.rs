//! `untagd migrate`: brings the database to the schema of this version, as every start does.

use super::say;
use crate::cli::StoreOptions;
use crate::database::{self, Missing};
use crate::problem::Problems;

/// Runs the command.
///
/// # Errors
/// The database cannot be reached, is not ours, or is of a newer version.
pub async fn run(options: StoreOptions) -> Result<(), Problems> {
    let store = database::open_for(&options, Missing::Make).await?;
    store.close().await?;
    Ok(say("the database has the schema of this version")?)
}
