//! Puts a plan into effect: all of it or nothing.
//!
//! 1. *Stage.* Every new text is written to `.codegen/new` in the root, the same file system, and every file to be replaced
//!    gets a second name (a hard link) in `.codegen/old`. All of that and a journal of what is about to happen is on the
//!    disk before anything else is touched. A run that ends here, however it ends, has changed nothing.
//! 2. *Commit.* The journal gets its name, and then files are renamed into place one by one, each in one step: a reader
//!    finds the old file or the new one, never half of one. If a rename fails, those before it are undone.
//! 3. *Recover.* A run that was killed in between leaves its journal, and the next run undoes what it says before it does
//!    anything else. A run that was killed while staging leaves no journal, and its leftovers are removed.
//!
//! What remains: between a kill during the commit, which takes milliseconds, and the next run, some files are new and some
//! are old. Compilers may see that, and so does `codegen --check`, which reports the difference like any other. And an edit
//! made to one of those files in that time is taken back with them.

use crate::{
    failure::Failure,
    files::{self, cannot},
    plan::{Entry, State},
};
use std::{
    collections::BTreeSet,
    fmt::Write,
    fs, io,
    path::{Path, PathBuf},
};

/// The folder everything is staged in. Not in `target`, which may be on another disk and which `cargo clean` removes.
const STAGING: &str = ".codegen";

/// A plan that is staged. Dropping it without [`commit`](Self::commit) is what a kill does.
#[derive(Debug)]
pub struct Transaction {
    journal: Journal,
    applied: usize,
}

/// What is about to happen, in this order; a step's number names its files in the staging folder.
#[derive(Debug)]
struct Journal {
    root: PathBuf,
    steps: Vec<Step>,
}

#[derive(Debug)]
struct Step {
    kind: Kind,
    /// Below the root, with `/` between folders.
    path: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Remove,
    Replace,
    Create,
}

/// What a run that was killed has left behind.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Recovered {
    /// Nothing.
    Clean,
    /// Staged files, which are removed now.
    Staging,
    /// A commit that was not finished, which is undone now.
    Commit,
}

impl Transaction {
    /// Stages a plan below the root. [`recover`] must have run before.
    ///
    /// # Errors
    /// A file cannot be written; nothing outside the staging folder has been touched.
    pub fn stage(root: &Path, plan: &[Entry]) -> Result<Self, Failure> {
        // Removals come first, so that a file can make room for a folder of its name.
        let mut changes: Vec<_> = plan.iter().filter_map(change).collect();
        changes.sort_by_key(|(step, _)| step.kind != Kind::Remove);
        let (steps, texts): (Vec<_>, Vec<_>) = changes.into_iter().unzip();
        let journal = Journal { root: root.to_owned(), steps };
        if let Err(error) = journal.write(&texts) {
            let failure = cannot("stage files in", &journal.staging(), &error);
            // What cannot be removed now, the next run removes.
            let _ = fs::remove_dir_all(journal.staging());
            return Err(failure);
        }
        Ok(Self { journal, applied: 0 })
    }

    /// Puts every file into place.
    ///
    /// # Errors
    /// A file cannot be put into place; what was done before is undone.
    pub fn commit(mut self) -> Result<(), Failure> {
        self.begin()?;
        while self.applied < self.journal.steps.len() {
            if let Err(failure) = self.apply_next() {
                let undone = self.journal.roll_back();
                return Err(match undone {
                    Ok(()) => format!("{failure}; nothing has been changed").into(),
                    Err(error) => format!(
                        "{failure}; putting the files before it back failed too ({error}), \
                         and the next `cargo xtask codegen` will try that again"
                    )
                    .into(),
                });
            }
        }
        self.journal.finish().map_err(|error| cannot("clean up", &self.journal.staging(), &error))
    }

    /// Gives the journal its name. From here on a killed run is undone by the next.
    ///
    /// # Errors
    /// The journal cannot be renamed; nothing has been touched.
    pub fn begin(&self) -> Result<(), Failure> {
        let staging = self.journal.staging();
        let begun = fs::rename(staging.join("journal.part"), staging.join("journal"))
            .and_then(|()| files::sync_folder(&staging));
        begun.map_err(|error| cannot("begin in", &staging, &error))
    }

    /// Takes the next step: one rename. [`begin`](Self::begin) must have run before; past the end it does nothing.
    ///
    /// # Errors
    /// The file cannot be put into place.
    pub fn apply_next(&mut self) -> Result<(), Failure> {
        let Some(step) = self.journal.steps.get(self.applied) else {
            return Ok(());
        };
        let path = self.journal.root.join(&step.path);
        let result = match step.kind {
            Kind::Remove => fs::rename(&path, self.journal.old_file(self.applied)),
            Kind::Replace => fs::rename(self.journal.new_file(self.applied), &path),
            Kind::Create => {
                create_parent(&path).and_then(|()| fs::rename(self.journal.new_file(self.applied), &path))
            }
        };
        result.map_err(|error| {
            let verb = if step.kind == Kind::Remove { "remove" } else { "put in place" };
            cannot(verb, Path::new(&step.path), &error)
        })?;
        self.applied += 1;
        Ok(())
    }
}

/// Undoes or removes what a killed run has left behind.
///
/// # Errors
/// A file cannot be put back; the journal stays for the next attempt.
pub fn recover(root: &Path) -> Result<Recovered, Failure> {
    let staging = root.join(STAGING);
    let journal = staging.join("journal");
    let text = match fs::read_to_string(&journal) {
        Ok(text) => text,
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            return match fs::remove_dir_all(&staging) {
                Ok(()) => Ok(Recovered::Staging),
                Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Recovered::Clean),
                Err(error) => Err(cannot("remove", &staging, &error)),
            };
        }
        Err(error) => return Err(cannot("read", &journal, &error)),
    };
    Journal::parse(root, &text)?
        .roll_back()
        .map_err(|error| cannot("undo the interrupted run in", &journal, &error))?;
    Ok(Recovered::Commit)
}

/// The step for an entry that needs one, and the text to stage for it.
fn change(entry: &Entry) -> Option<(Step, Option<&str>)> {
    let (kind, new) = match &entry.state {
        State::Unchanged => return None,
        State::Missing { new } => (Kind::Create, Some(new.as_str())),
        State::Changed { new, .. } => (Kind::Replace, Some(new.as_str())),
        State::Stray { .. } => (Kind::Remove, None),
    };
    Some((Step { kind, path: entry.path.clone() }, new))
}

/// Whether something has this name, be it a symbolic link to nowhere.
fn exists(path: &Path) -> io::Result<bool> {
    match fs::symlink_metadata(path) {
        Ok(_) => Ok(true),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(false),
        Err(error) => Err(error),
    }
}

fn create_parent(path: &Path) -> io::Result<()> {
    path.parent().map_or(Ok(()), fs::create_dir_all)
}

impl Journal {
    fn staging(&self) -> PathBuf {
        self.root.join(STAGING)
    }

    fn new_file(&self, step: usize) -> PathBuf {
        self.root.join(format!("{STAGING}/new/{step}"))
    }

    fn old_file(&self, step: usize) -> PathBuf {
        self.root.join(format!("{STAGING}/old/{step}"))
    }

    fn write(&self, texts: &[Option<&str>]) -> io::Result<()> {
        let staging = self.staging();
        fs::create_dir_all(staging.join("new"))?;
        fs::create_dir_all(staging.join("old"))?;
        let mut journal = String::new();
        for (number, (step, text)) in self.steps.iter().zip(texts).enumerate() {
            if let Some(text) = text {
                files::write_new(&self.new_file(number), text.as_bytes())?;
            }
            if step.kind == Kind::Replace {
                fs::hard_link(self.root.join(&step.path), self.old_file(number))?;
            }
            let _ = writeln!(journal, "{} {}", step.kind.name(), step.path);
        }
        files::write_new(&staging.join("journal.part"), journal.as_bytes())?;
        files::sync_folder(&staging.join("new"))?;
        files::sync_folder(&staging.join("old"))?;
        files::sync_folder(&staging)
    }

    fn parse(root: &Path, text: &str) -> Result<Self, Failure> {
        let steps = text
            .lines()
            .map(|line| {
                let (kind, path) = line.split_once(' ')?;
                Some(Step { kind: Kind::parse(kind)?, path: path.to_owned() })
            })
            .collect::<Option<_>>();
        let Some(steps) = steps else {
            return Err(format!(
                "{STAGING}/journal is damaged: restore the generated files with git, then remove {STAGING}"
            )
            .into());
        };
        Ok(Self { root: root.to_owned(), steps })
    }

    /// Puts everything back, whichever steps were taken. Can itself be interrupted and repeated.
    fn roll_back(&self) -> io::Result<()> {
        for (number, step) in self.steps.iter().enumerate().rev() {
            let path = self.root.join(&step.path);
            let (new, old) = (self.new_file(number), self.old_file(number));
            match step.kind {
                // Where a file was not replaced yet, both names are of one file, and the rename does nothing.
                Kind::Remove | Kind::Replace if exists(&old)? => fs::rename(old, path)?,
                Kind::Remove | Kind::Replace => {}
                Kind::Create => {
                    if !exists(&new)? && exists(&path)? {
                        fs::remove_file(&path)?;
                    }
                    // Its folder may stand where a removed file has to return to.
                    path.parent().inspect(|folder| remove_if_empty(&self.root, folder));
                }
            }
        }
        self.finish()
    }

    /// Ends the run: the journal goes first, because without it there is nothing left to undo.
    fn finish(&self) -> io::Result<()> {
        let folders: BTreeSet<_> = self
            .steps
            .iter()
            .filter_map(|step| self.root.join(&step.path).parent().map(Path::to_owned))
            .collect();
        for folder in &folders {
            files::sync_folder(folder)?;
        }
        let staging = self.staging();
        fs::remove_file(staging.join("journal"))?;
        files::sync_folder(&staging)?;
        fs::remove_dir_all(staging)?;
        for folder in &folders {
            remove_if_empty(&self.root, folder);
        }
        Ok(())
    }
}

/// Removes a folder that has become empty, and then the one above it. A folder that holds something stays: that is what
/// the error of `remove_dir` says, and so it is no error here.
fn remove_if_empty(root: &Path, folder: &Path) {
    let mut folder = Some(folder);
    while let Some(empty) = folder.filter(|folder| *folder != root && fs::remove_dir(folder).is_ok()) {
        folder = empty.parent();
    }
}

impl Kind {
    const ALL: [Self; 3] = [Self::Remove, Self::Replace, Self::Create];

    fn name(self) -> &'static str {
        match self {
            Self::Remove => "remove",
            Self::Replace => "replace",
            Self::Create => "create",
        }
    }

    fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == name)
    }
}
