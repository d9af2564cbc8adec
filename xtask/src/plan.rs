//! Compares the files that should be there with the files that are: what `--check` reports and what `codegen` does.

use crate::{failure::Failure, files};
use std::{
    collections::{BTreeMap, BTreeSet},
    fs, io,
    path::Path,
};

/// A file as it should be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wanted {
    /// Its path below the root, with `/` between folders.
    pub path: String,
    /// Its whole text.
    pub text: String,
}

/// What is to be done about one file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Its path below the root, with `/` between folders.
    pub path: String,
    /// How the disk differs from what is wanted.
    pub state: State,
}

/// How the disk differs from what is wanted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum State {
    /// Not at all.
    Unchanged,
    /// There is no such file yet.
    Missing {
        /// The text it should have.
        new: String,
    },
    /// The file says something else.
    Changed {
        /// What it says.
        old: Vec<u8>,
        /// What it should say.
        new: String,
        /// Whether a person has changed it since it was generated.
        edited: bool,
    },
    /// The file should not be there.
    Stray {
        /// What it says.
        old: Vec<u8>,
        /// Whether a person has written or changed it.
        edited: bool,
    },
}

/// Compares what is wanted with what lies in the folders, which hold nothing but generated files.
///
/// `is_untouched` tells whether a text is as a generator left it. The entries are ordered by path.
///
/// # Errors
/// A folder or file cannot be read, or has a name that no generator can have given it.
pub fn plan(
    root: &Path,
    folders: &[&str],
    wanted: Vec<Wanted>,
    is_untouched: fn(&str) -> bool,
) -> Result<Vec<Entry>, Failure> {
    let mut on_disk = BTreeSet::new();
    for folder in folders {
        list(root, folder, &mut on_disk)?;
    }
    let edited = |old: &[u8]| !str::from_utf8(old).is_ok_and(is_untouched);
    let mut states = BTreeMap::new();
    for Wanted { path, text: new } in wanted {
        let state = if on_disk.remove(&path) {
            let old = read(root, &path)?;
            if old == new.as_bytes() {
                State::Unchanged
            } else {
                let edited = edited(&old);
                State::Changed { old, new, edited }
            }
        } else {
            State::Missing { new }
        };
        states.insert(path, state);
    }
    for path in on_disk {
        let old = read(root, &path)?;
        let edited = edited(&old);
        states.insert(path, State::Stray { old, edited });
    }
    Ok(states.into_iter().map(|(path, state)| Entry { path, state }).collect())
}

fn read(root: &Path, path: &str) -> Result<Vec<u8>, Failure> {
    files::read_bytes(&root.join(path))
}

/// Adds the path of every file below a folder; a folder that is not there has none.
fn list(root: &Path, folder: &str, found: &mut BTreeSet<String>) -> Result<(), Failure> {
    let full = root.join(folder);
    let cannot = |error: &io::Error| files::cannot("list", &full, error);
    let entries = match fs::read_dir(&full) {
        Ok(entries) => entries,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        Err(error) => return Err(cannot(&error)),
    };
    for entry in entries {
        let entry = entry.map_err(|error| cannot(&error))?;
        let name = entry.file_name();
        let Some(name) = name.to_str().filter(|name| !name.contains(char::is_control)) else {
            return Err(format!(
                "no generator has written {}: remove it from the generated files",
                entry.path().display()
            )
            .into());
        };
        let path = format!("{folder}/{name}");
        if entry.file_type().map_err(|error| cannot(&error))?.is_dir() {
            list(root, &path, found)?;
        } else {
            found.insert(path);
        }
    }
    Ok(())
}
