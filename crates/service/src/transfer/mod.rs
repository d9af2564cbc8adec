//! Data in and out of a store, as NDJSON: one resource with its tags on each line. `untagd import` and
//! `untagd export` are thin shells around [`import()`] and [`export()`].
//!
//! ```json
//! {"project_id":"…","resource_type":"desktop","resource_id":"…","tags":{"key":"value"},"sys_tags":{}}
//! ```
//!
//! What is exported can be imported, and exported again, byte for byte; with [`TagRules::Old`], where there are tags
//! from before the rule for new ones.

mod console;
mod export;
mod import;
mod resource;

pub use console::Console;
pub use export::{ExportEnding, ExportError, ExportFilter, ExportReport, export};
pub use import::{
    BadLine, ImportEnding, ImportError, ImportFailure, ImportOptions, ImportReport, OnError, import,
};
pub use resource::TagRules;
pub use untag_lines::MAX_LINE;

/// How far a transfer is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Progress {
    /// Lines that are through: written to the store, or to the output.
    pub lines: u64,
    /// Bytes of those lines.
    pub bytes: u64,
}

/// Is told what happens during a transfer. `()` does not care.
pub trait Observer {
    /// A line of the import is bad. Called for each, in their order, as it is met.
    fn bad_line(&mut self, _bad: &BadLine) {}

    /// Another batch is through.
    fn progress(&mut self, _progress: Progress) {}
}

impl Observer for () {}
