//! What the command line says about a run.

use super::{Columns, Format, Input, JournalPath, OnError, Options, PATIENCE, Rate};
use clap::{Args, value_parser};
use std::num::NonZeroU16;
use std::path::PathBuf;

/// The arguments of `untag apply`, besides those of every deletion.
#[derive(Clone, Debug, Args)]
pub struct Arguments {
    /// File with the tags to remove, NDJSON or CSV; - is stdin
    #[arg(value_name = "FILE")]
    pub file: PathBuf,
    /// Form of the file [default: by the ending of its name, or else by its first byte]
    #[arg(long, value_enum, value_name = "FORM")]
    pub format: Option<Format>,
    /// Columns of a CSV file: `resource_type=Type,resource_id=Id,key=Tag,value=`, and `project_id=…` if there is one;
    /// `value=` removes tags whatever their value [default: columns have the members' names]
    #[arg(long, value_name = "MEMBER=COLUMN,…")]
    pub columns: Option<Columns>,
    /// What to do about bad lines
    #[arg(long, value_enum, value_name = "WHAT", default_value = "stop")]
    pub on_error: OnError,
    /// Requests under way at once
    #[arg(long, value_name = "N", default_value = "16", value_parser = value_parser!(u16).range(1..=1024))]
    pub concurrency: u16,
    /// Requests that may start each second, each with up to ten tags of one resource [default: as many as the service takes]
    #[arg(long, value_name = "N")]
    pub rate: Option<Rate>,
    /// Where to note what is done, so that the same command goes on where this one ends [default: FILE.untag-journal; for
    /// stdin, nowhere]
    #[arg(long, value_name = "PATH", conflicts_with = "no_journal")]
    pub journal: Option<PathBuf>,
    /// Keep no journal
    #[arg(long)]
    pub no_journal: bool,
    /// Where to write lines that fail, with their reasons, as a file that can be applied again [default:
    /// FILE.untag-failed.ndjson; for stdin, untag-failed.ndjson]
    #[arg(long, value_name = "PATH")]
    pub failures: Option<PathBuf>,
}

impl From<Arguments> for Options {
    fn from(arguments: Arguments) -> Self {
        let input =
            if arguments.file.as_os_str() == "-" { Input::Stdin } else { Input::File(arguments.file) };
        let journal = match arguments.journal {
            _ if arguments.no_journal => JournalPath::Nowhere,
            Some(path) => JournalPath::At(path),
            None => JournalPath::Beside,
        };
        Self {
            input,
            format: arguments.format,
            columns: arguments.columns,
            on_error: arguments.on_error,
            concurrency: NonZeroU16::new(arguments.concurrency).unwrap_or(NonZeroU16::MIN),
            rate: arguments.rate,
            journal,
            failures: arguments.failures,
            patience: PATIENCE,
        }
    }
}
