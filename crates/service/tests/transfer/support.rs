//! A store in a directory of its own, and short words for what is done with it.

use std::io::Read;
use tempfile::TempDir;
use untag_service::transfer::{
    BadLine, ExportFilter, ImportOptions, ImportReport, Observer, OnError, Progress, TagRules, export, import,
};
use untag_store::{
    Store,
    sqlite::{SqliteOptions, SqliteStore},
};

pub(crate) const PROJECT: &str = "0123456789abcdef0123456789abcdef";

pub(crate) const CONTINUE: ImportOptions = ImportOptions { on_error: OnError::Continue, tags: TagRules::New };
pub(crate) const STOP: ImportOptions = ImportOptions { on_error: OnError::Stop, tags: TagRules::New };
pub(crate) const OLD: ImportOptions = ImportOptions { on_error: OnError::Stop, tags: TagRules::Old };

/// A fresh database.
#[derive(Debug)]
pub(crate) struct Database {
    pub(crate) store: SqliteStore,
    _directory: TempDir,
}

impl Database {
    pub(crate) fn new() -> Self {
        let directory = tempfile::tempdir().unwrap();
        let store = SqliteStore::open(directory.path().join("tags.db"), SqliteOptions::default()).unwrap();
        Self { store, _directory: directory }
    }

    pub(crate) async fn import(
        &self,
        text: impl Into<Vec<u8>>,
        options: ImportOptions,
    ) -> (ImportReport, Seen) {
        let input = std::io::Cursor::new(text.into());
        import_from(&self.store, input, options).await
    }

    /// Everything, as text.
    pub(crate) async fn export(&self) -> String {
        self.export_only(&ExportFilter::default()).await
    }

    pub(crate) async fn export_only(&self, filter: &ExportFilter) -> String {
        let mut output = Vec::new();
        let report = export(&self.store, &mut output, filter, &mut ()).await.unwrap();
        assert_eq!(report.bytes, output.len() as u64);
        let text = String::from_utf8(output).unwrap();
        assert_eq!(report.resources, text.lines().count() as u64);
        text
    }
}

/// Imports to the end, whatever it is.
pub(crate) async fn import_from(
    store: &dyn Store,
    input: impl Read + Send + 'static,
    options: ImportOptions,
) -> (ImportReport, Seen) {
    let mut seen = Seen::default();
    let report = import(input, store, options, &mut seen, std::future::pending()).await.unwrap();
    (report, seen)
}

/// What an observer was told.
#[derive(Default)]
pub(crate) struct Seen {
    pub(crate) bad: Vec<BadLine>,
    pub(crate) progress: Vec<Progress>,
}

impl Seen {
    /// The bad lines as people see them.
    pub(crate) fn text(&self) -> String {
        let lines: Vec<_> = self.bad.iter().map(BadLine::to_string).collect();
        lines.join("\n")
    }
}

impl Observer for Seen {
    fn bad_line(&mut self, bad: &BadLine) {
        self.bad.push(bad.clone());
    }

    fn progress(&mut self, progress: Progress) {
        self.progress.push(progress);
    }
}

/// A good line about a desktop.
pub(crate) fn desktop(id: impl std::fmt::Display, tags: &str) -> String {
    resource(PROJECT, "desktop", id, tags)
}

/// A line with these members.
pub(crate) fn resource(project: &str, kind: &str, id: impl std::fmt::Display, tags: &str) -> String {
    format!(r#"{{"project_id":"{project}","resource_type":"{kind}","resource_id":"{id}","tags":{{{tags}}}}}"#)
        + "\n"
}
