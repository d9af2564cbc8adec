//! `untagd restore`: puts back what a request, or all requests of a time, removed.

use super::audit::Chosen;
use super::say;
use crate::cli::StoreOptions;
use crate::clock;
use crate::database::{self, Missing};
use crate::problem::{Problem, Problems};
use clap::Args;
use untag_store::Attribution;

/// Put back what deletions removed.
///
/// A tag that has been set again since stays as it is. Choose by request, or by time; `untagd audit` with the same choice
/// shows what would come back. Running it again changes nothing.
///
/// Where the trail is long, give --since with --request: an SQLite database has its trail in the order of time, and would
/// look through all of it for one request.
#[derive(Debug, Args)]
pub struct Restore {
    /// Which deletions.
    #[command(flatten)]
    pub chosen: Chosen,
    /// Who restores, for the audit trail
    #[arg(long, value_name = "NAME", default_value = "operator")]
    pub caller: String,
    /// Which database.
    #[command(flatten)]
    pub store: StoreOptions,
}

/// Runs the command.
///
/// # Errors
/// Nothing narrows the choice down, or the database cannot be written.
pub async fn run(restore: Restore) -> Result<(), Problems> {
    let filter = restore.chosen.filter();
    if filter.request_id.is_none() && filter.from.is_none() {
        let what = "say which deletions to undo: --request ID, or --since TIME (and --until TIME)";
        return Err(Problem::input(what).into());
    }
    let store = database::open_for(&restore.store, Missing::Refuse).await?;
    let at = clock::micros(clock::now());
    let by = Attribution { at, request_id: format!("restore-{at}"), caller: restore.caller };
    let restored = store.restore(filter, by).await;
    let closed = store.close().await;
    let restored = restored?;
    closed?;
    Ok(say(&format!(
        "{} tags put back, {} left as they have been set since, {} of resources that are gone; request restore-{at}",
        restored.restored, restored.kept, restored.orphaned
    ))?)
}
