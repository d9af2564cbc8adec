//! Where the lines come from: a file that can be read twice, or something that has to be kept first.

use super::Input;
use super::stop::Stop;
use crate::problem::Problem;
use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::Path;
use tokio::sync::watch;

/// What can be read from its start, again and again.
#[derive(Debug)]
pub(super) struct Source {
    file: File,
    /// Whether it is a file that others can see, so that other files may stand beside it.
    pub(super) has_place: bool,
}

impl Source {
    /// Opens the input. What is no regular file is copied to a temporary one that has no name; `None` where the stop comes
    /// before its end.
    ///
    /// # Errors
    /// It cannot be read, or the copy cannot be written.
    pub(super) fn open(input: &Input, stop: &watch::Receiver<Stop>) -> Result<Option<Self>, Problem> {
        match input {
            Input::Stdin => spool(io::stdin().lock(), "stdin", stop),
            Input::File(path) => {
                let failed = |error: io::Error| Problem::file(path, &error);
                let file = File::open(path).map_err(failed)?;
                let kind = file.metadata().map_err(failed)?.file_type();
                if kind.is_dir() {
                    return Err(Problem::usage(format!(
                        "{} is a folder; nothing was sent: name a file",
                        path.display()
                    )));
                }
                if kind.is_file() {
                    return Ok(Some(Self { file, has_place: true }));
                }
                spool(file, &path.display().to_string(), stop)
            }
        }
    }

    /// The first bytes.
    ///
    /// # Errors
    /// The file's.
    pub(super) fn start(&mut self) -> io::Result<Vec<u8>> {
        self.file.seek(SeekFrom::Start(0))?;
        let mut start = Vec::new();
        (&self.file).take(4096).read_to_end(&mut start)?;
        Ok(start)
    }

    /// The file, at its start.
    ///
    /// # Errors
    /// The file's.
    pub(super) fn rewound(&mut self) -> io::Result<&File> {
        self.file.seek(SeekFrom::Start(0))?;
        Ok(&self.file)
    }
}

fn spool(mut input: impl Read, name: &str, stop: &watch::Receiver<Stop>) -> Result<Option<Source>, Problem> {
    let unwritten =
        |error: io::Error| Problem::failed(format!("a temporary copy of {name}: {error}; nothing was sent"));
    let mut file = tempfile::tempfile().map_err(unwritten)?;
    let mut bytes = vec![0; 64 * 1024];
    loop {
        if *stop.borrow() != Stop::Go {
            return Ok(None);
        }
        match input.read(&mut bytes) {
            Ok(0) => return Ok(Some(Source { file, has_place: false })),
            Ok(count) => file.write_all(bytes.get(..count).unwrap_or_default()).map_err(unwritten)?,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(Problem::failed(format!("{name}: {error}; nothing was sent"))),
        }
    }
}

/// Whether both paths name one file that is there.
pub(super) fn is_same(one: &Path, other: &Path) -> bool {
    match (one.canonicalize(), other.canonicalize()) {
        (Ok(one), Ok(other)) => one == other,
        _ => one == other,
    }
}
