//! `untagd import`: reads resources and their tags.

use super::say;
use crate::cli::StoreOptions;
use crate::database::{self, Missing};
use crate::problem::{Problem, Problems};
use crate::transfer::{self, Console, ImportOptions, OnError, TagRules};
use clap::{Args, ValueEnum};
use std::fs::File;
use std::io::{self, Read};
use std::path::PathBuf;

/// Read resources and their tags, one JSON object a line.
///
/// Makes sure that each resource is there and has the listed tags with the listed values. Nothing is removed, and running
/// it again changes nothing. Exit code 3: lines were bad.
#[derive(Debug, Args)]
pub struct Import {
    /// File to read; - is standard input
    #[arg(value_name = "FILE")]
    pub file: PathBuf,
    /// What to do about a bad line
    #[arg(long, value_enum, value_name = "WHAT", default_value = "stop")]
    pub on_error: Choice,
    /// Take tags from before the rule for new ones: keys and values of any characters but control characters
    #[arg(long)]
    pub allow_old_tags: bool,
    /// Which database.
    #[command(flatten)]
    pub store: StoreOptions,
}

/// What to do about a bad line.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Choice {
    /// Write nothing of its batch, and nothing after it
    Stop,
    /// Leave it out and go on
    Continue,
}

/// Runs the command. Whether every line was good.
///
/// # Errors
/// The input cannot be read, or the database cannot be written.
pub async fn run(import: Import) -> Result<bool, Problems> {
    let (input, size): (Box<dyn Read + Send>, Option<u64>) = if import.file.as_os_str() == "-" {
        (Box::new(io::stdin()), None)
    } else {
        let cannot = |error: io::Error| Problem::file(&import.file, &error);
        let file = File::open(&import.file).map_err(cannot)?;
        let size = file.metadata().ok().filter(std::fs::Metadata::is_file).map(|data| data.len());
        (Box::new(file), size)
    };
    let store = database::open_for(&import.store, Missing::Make).await?;
    let options = ImportOptions {
        on_error: match import.on_error {
            Choice::Stop => OnError::Stop,
            Choice::Continue => OnError::Continue,
        },
        tags: if import.allow_old_tags { TagRules::Old } else { TagRules::New },
    };
    let mut console = Console::import(size);
    // Where signals cannot be received, Ctrl-C ends the process, and the import may be run again all the same.
    let stop = async {
        if tokio::signal::ctrl_c().await.is_err() {
            std::future::pending::<()>().await;
        }
    };
    let imported = transfer::import(input, &*store, options, &mut console, stop).await;
    let closed = store.close().await;
    let report = imported.map_err(|error| {
        let mut problems = Problems::from(Problem::new(error.to_string()));
        problems.add(Problem::new(format!("before that: {}", error.report)));
        problems
    })?;
    closed?;
    say(&report.to_string())?;
    Ok(report.is_success())
}
