//! A small repository in a temporary folder, and the program run on it.

use std::{
    collections::BTreeMap,
    fs::{self, File},
    path::{Path, PathBuf},
    process::Command,
    time::{Duration, SystemTime},
};
use tempfile::TempDir;

/// A contract in the repository's own style, as small as lint admits.
pub(crate) const CONTRACT: &str = include_str!("contract.yaml");

pub(crate) struct Repository {
    folder: TempDir,
}

/// What a run of the program has said.
pub(crate) struct Run {
    pub(crate) code: Option<i32>,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

/// Every file below a folder, with its content and the time it was last written.
pub(crate) type Tree = BTreeMap<String, (Vec<u8>, SystemTime)>;

/// Runs the program; colours are never wanted in a pipe.
pub(crate) fn xtask(arguments: &[&str]) -> Run {
    let output = Command::new(env!("CARGO_BIN_EXE_xtask")).args(arguments).output().unwrap();
    Run {
        code: output.status.code(),
        stdout: String::from_utf8(output.stdout).unwrap(),
        stderr: String::from_utf8(output.stderr).unwrap(),
    }
}

impl Repository {
    /// A repository with a contract and nothing generated from it yet.
    pub(crate) fn new() -> Self {
        let repository = Self { folder: tempfile::tempdir().unwrap() };
        repository.write("openapi/untag.yaml", CONTRACT);
        for name in ["rules", "accepted", "refused", "malformed", "signed"] {
            repository.write(&format!("openapi/cases/{name}.json"), "[]\n");
        }
        fs::create_dir_all(repository.path("tests/fixtures/documents")).unwrap();
        repository
    }

    /// A repository whose generated files are as they should be, all of them written long ago.
    pub(crate) fn generated() -> Self {
        let repository = Self::new();
        let run = repository.codegen(&[]);
        assert_eq!(run.code, Some(0), "{}", run.stderr);
        repository.age();
        repository
    }

    pub(crate) fn root(&self) -> &Path {
        self.folder.path()
    }

    pub(crate) fn path(&self, path: &str) -> PathBuf {
        self.folder.path().join(path)
    }

    pub(crate) fn codegen(&self, arguments: &[&str]) -> Run {
        let root = self.root().to_str().unwrap();
        xtask(&[&["codegen", "--root", root], arguments].concat())
    }

    pub(crate) fn read(&self, path: &str) -> String {
        fs::read_to_string(self.path(path)).unwrap()
    }

    pub(crate) fn write(&self, path: &str, text: &str) {
        let path = self.path(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    /// Replaces a piece of a file, which must occur in it exactly once.
    pub(crate) fn edit(&self, path: &str, from: &str, to: &str) {
        let text = self.read(path);
        assert_eq!(text.matches(from).count(), 1, "`{from}` in {path}");
        self.write(path, &text.replace(from, to));
    }

    /// Sets the time of every file far back, so that whatever is written afterwards can be told by its time.
    pub(crate) fn age(&self) {
        let past = SystemTime::UNIX_EPOCH + Duration::from_secs(1_000_000_000);
        for path in self.tree().keys() {
            File::options().append(true).open(self.path(path)).unwrap().set_modified(past).unwrap();
        }
    }

    /// Every file but those in `target`, which git ignores.
    pub(crate) fn tree(&self) -> Tree {
        let mut tree = Tree::new();
        let mut folders = vec![self.root().to_owned()];
        while let Some(folder) = folders.pop() {
            for entry in fs::read_dir(&folder).unwrap() {
                let path = entry.unwrap().path();
                let name = path.strip_prefix(self.root()).unwrap().to_str().unwrap().to_owned();
                if path.is_dir() {
                    if name != "target" {
                        folders.push(path);
                    }
                } else {
                    let written = fs::metadata(&path).unwrap().modified().unwrap();
                    tree.insert(name, (fs::read(&path).unwrap(), written));
                }
            }
        }
        tree
    }
}
