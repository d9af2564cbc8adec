//! `untagd export`: writes resources and their tags.

use crate::cli::StoreOptions;
use crate::database::{self, Missing};
use crate::problem::{Problem, Problems};
use crate::transfer::{self, Console, ExportFilter};
use clap::Args;
use std::io::{self, Write};

/// Write resources and their tags, one JSON object a line, to standard output.
///
/// In the order of their keys; the same data gives the same bytes, and `untagd import` reads them.
#[derive(Debug, Args)]
pub struct Export {
    /// Only of this project
    #[arg(long, value_name = "ID")]
    pub project: Option<String>,
    /// Only of resources of this type
    #[arg(long = "type", value_name = "TYPE")]
    pub resource_type: Option<String>,
    /// Which database.
    #[command(flatten)]
    pub store: StoreOptions,
}

/// Runs the command.
///
/// # Errors
/// The database cannot be read, or the output cannot be written.
pub async fn run(export: Export) -> Result<(), Problems> {
    let store = database::open_for(&export.store, Missing::Refuse).await?;
    let filter = ExportFilter { project_id: export.project, resource_type: export.resource_type };
    let mut output = tokio::io::stdout();
    let mut console = Console::export();
    let exported = transfer::export(&*store, &mut output, &filter, &mut console).await;
    drop(console);
    let closed = store.close().await;
    let report = exported.map_err(|error| Problem::new(error.to_string()))?;
    closed?;
    // The output is data; what there is to say about it goes beside it.
    drop(writeln!(io::stderr(), "{report}"));
    Ok(())
}
