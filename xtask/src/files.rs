//! Files: read with an error that names them, written so that a crash leaves the old text or the new one.

use crate::failure::Failure;
use std::{
    fs::{self, File},
    io::{self, Write},
    path::{Path, PathBuf},
};

/// The whole text of a file.
pub(crate) fn read(path: &Path) -> Result<String, Failure> {
    fs::read_to_string(path).map_err(|error| cannot("read", path, &error))
}

/// Writes a file in one step: whoever reads it meanwhile, or after a crash, finds the old text or the new one.
///
/// Missing folders are created.
pub(crate) fn write(path: &Path, bytes: &[u8]) -> Result<(), Failure> {
    let mut part = path.as_os_str().to_owned();
    part.push(".part");
    let part = PathBuf::from(part);
    let written = (|| {
        if let Some(folder) = path.parent() {
            fs::create_dir_all(folder)?;
        }
        write_new(&part, bytes)?;
        fs::rename(&part, path)
    })();
    written.map_err(|error| cannot("write", path, &error))
}

/// Writes a file nobody reads yet, and waits until it is on the disk.
pub(crate) fn write_new(path: &Path, bytes: &[u8]) -> io::Result<()> {
    #[allow(clippy::disallowed_methods, reason = "the caller gives the file its final name afterwards")]
    let mut file = File::create(path)?;
    file.write_all(bytes)?;
    file.sync_all()
}

/// Waits until the names in a folder are on the disk. Where a folder cannot be opened (Windows), that is its own business.
pub(crate) fn sync_folder(path: &Path) -> io::Result<()> {
    File::open(path).map_or(Ok(()), |folder| folder.sync_all())
}

/// The sentence for a file operation that failed.
pub(crate) fn cannot(verb: &str, path: &Path, error: &io::Error) -> Failure {
    format!("cannot {verb} {}: {error}", path.display()).into()
}
