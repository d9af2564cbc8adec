//! The file of failures: each line that failed, with its reason, so that `apply` takes the file as it is.

use super::entry::Entry;
use super::verdict::Reason;
use serde::Serialize;
use std::fs::{self, File};
use std::io::{self, BufWriter, ErrorKind, Write};
use std::path::{Path, PathBuf};

/// Writes failures. The file is made with the first one.
#[derive(Debug)]
pub(super) struct Failures {
    path: PathBuf,
    file: Option<BufWriter<File>>,
    /// Where an earlier file of this name was moved to.
    moved: Option<PathBuf>,
}

/// What stands in the member `error`, which readers pass over.
#[derive(Serialize)]
struct Failure<'a> {
    /// The line of the input.
    line: u64,
    #[serde(flatten)]
    reason: &'a Reason,
}

impl Failures {
    pub(super) fn new(path: PathBuf) -> Self {
        Self { path, file: None, moved: None }
    }

    /// The file, if there has been a failure.
    pub(super) fn path(&self) -> Option<&Path> {
        self.file.as_ref().map(|_| self.path.as_path())
    }

    /// Where an earlier file of this name was moved to, once.
    pub(super) fn moved(&mut self) -> Option<PathBuf> {
        self.moved.take()
    }

    /// Adds a line.
    ///
    /// # Errors
    /// The file cannot be made or written.
    pub(super) fn add(&mut self, entry: &Entry, reason: &Reason) -> io::Result<()> {
        let file = if let Some(file) = &mut self.file {
            file
        } else {
            let (file, moved) = create(&self.path)?;
            self.moved = moved;
            self.file.insert(BufWriter::new(file))
        };
        let mut line = Vec::new();
        entry.to_json(&Failure { line: entry.line, reason }, &mut line)?;
        file.write_all(&line)
    }

    /// Hands everything to the operating system.
    ///
    /// # Errors
    /// The file cannot be written.
    pub(super) fn flush(&mut self) -> io::Result<()> {
        self.file.as_mut().map_or(Ok(()), BufWriter::flush)
    }
}

/// The path of the file of failures that stands beside a file.
pub(super) fn beside(file: &Path) -> PathBuf {
    let mut name = file.as_os_str().to_owned();
    name.push(".untag-failed.ndjson");
    name.into()
}

/// Makes the file. An earlier one keeps its content under another name.
fn create(path: &Path) -> io::Result<(File, Option<PathBuf>)> {
    match File::create_new(path) {
        Err(error) if error.kind() == ErrorKind::AlreadyExists => {}
        made => return made.map(|file| (file, None)),
    }
    for number in 1_u32.. {
        let mut name = path.as_os_str().to_owned();
        name.push(format!(".{number}"));
        let earlier = PathBuf::from(name);
        if fs::symlink_metadata(&earlier).is_ok() {
            continue;
        }
        fs::rename(path, &earlier)?;
        return File::create_new(path).map(|file| (file, Some(earlier)));
    }
    Err(ErrorKind::AlreadyExists.into())
}

#[cfg(test)]
mod tests {
    use super::super::entry::{Entry, Resource, from_json};
    use super::super::known::Known;
    use super::super::verdict::Reason;
    use super::{Failures, beside};
    use std::fs;
    use std::path::Path;
    use tempfile::TempDir;

    #[test]
    fn a_file_is_made_with_the_first_failure_and_an_earlier_one_is_kept() {
        let folder = TempDir::new().unwrap();
        let path = beside(&folder.path().join("tags.csv"));
        assert_eq!(path.file_name().unwrap(), "tags.csv.untag-failed.ndjson");
        let resource = Resource {
            project: "f".repeat(32).parse().unwrap(),
            kind: "disk".parse().unwrap(),
            id: "1".parse().unwrap(),
        };
        let (_, tags) = from_json(
            br#"{"resource_type":"disk","resource_id":"1","key":"k"}"#,
            Some(&resource.project),
            &mut Known::default(),
        )
        .unwrap();
        let entry = Entry { number: 6, line: 7, resource, tags };
        let reason =
            Reason { status: Some(404), error_code: None, message: "no".to_owned(), request_id: None };
        for run in 0..3 {
            let mut failures = Failures::new(path.clone());
            assert_eq!(failures.path(), None);
            failures.flush().unwrap();
            failures.add(&entry, &reason).unwrap();
            failures.add(&entry, &reason).unwrap();
            failures.flush().unwrap();
            assert_eq!(failures.path(), Some(path.as_path()));
            let text = fs::read_to_string(&path).unwrap();
            assert_eq!(text.lines().count(), 2);
            assert!(text.contains(r#""error":{"line":7,"status":404,"message":"no"}"#), "{text}");
            let moved = (run > 0).then(|| format!("{}.{run}", path.display()));
            assert_eq!(failures.moved().as_deref(), moved.as_ref().map(Path::new));
            assert_eq!(failures.moved(), None);
        }
    }
}
