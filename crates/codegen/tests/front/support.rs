//! Where the documents are.

use std::fs;
use std::path::{Path, PathBuf};

/// A document: its path and its text.
pub(crate) struct Document {
    /// The path.
    pub(crate) path: PathBuf,
    /// The whole text.
    pub(crate) text: String,
}

impl Document {
    /// The name without folder and ending.
    pub(crate) fn stem(&self) -> String {
        self.path.file_stem().unwrap().to_string_lossy().into_owned()
    }

    fn read(path: PathBuf) -> Self {
        let text = fs::read_to_string(&path).unwrap();
        Self { path, text }
    }
}

/// The repository.
fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

fn folder(path: &Path) -> Vec<Document> {
    let mut paths: Vec<_> = fs::read_dir(path).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    paths.into_iter().map(Document::read).collect()
}

/// The fixture documents, each of which covers rows of the supported subset.
pub(crate) fn fixtures() -> Vec<Document> {
    folder(&root().join("tests/fixtures/documents"))
}

/// The contract itself.
pub(crate) fn contract() -> Document {
    Document::read(root().join("openapi/untag.yaml"))
}

/// The bad documents, one for each rule and named after it.
pub(crate) fn bad() -> Vec<Document> {
    folder(&Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/bad"))
}
