//! Files: read with an error that names them, written so that a crash leaves the old text or the new one.

use crate::failure::Failure;
use sha2::{Digest, Sha256};
use std::{
    fs::{self, File},
    io::{self, Write},
    path::{Path, PathBuf},
};

/// The whole text of a file.
pub(crate) fn read(path: &Path) -> Result<String, Failure> {
    fs::read_to_string(path).map_err(|error| cannot("read", path, &error))
}

/// Everything in a file, whether it is text or not.
pub(crate) fn read_bytes(path: &Path) -> Result<Vec<u8>, Failure> {
    fs::read(path).map_err(|error| cannot("read", path, &error))
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

/// The files of a folder, by name; none where the folder is not there.
pub(crate) fn list(folder: &Path) -> Result<Vec<PathBuf>, Failure> {
    let cannot = |error: &io::Error| cannot("list", folder, error);
    let entries = match fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(cannot(&error)),
    };
    let paths: Result<Vec<PathBuf>, _> = entries.map(|entry| entry.map(|entry| entry.path())).collect();
    let mut paths = paths.map_err(|error| cannot(&error))?;
    paths.sort();
    Ok(paths)
}

/// SHA-256 of a file's bytes, in lower-case hexadecimal.
pub(crate) fn checksum(bytes: &[u8]) -> String {
    base16ct::lower::encode_string(&Sha256::digest(bytes))
}

/// The sentence for a file operation that failed.
pub(crate) fn cannot(verb: &str, path: &Path, error: &io::Error) -> Failure {
    format!("cannot {verb} {}: {error}", path.display()).into()
}
