//! One writer at a time: two runs of `codegen` at once would undo each other's renames.

use crate::{failure::Failure, files};
use std::{
    fs::{self, File, OpenOptions, TryLockError},
    path::Path,
};

/// Takes the lock, waiting for another run to end if need be. It is held until the file is dropped, or the process dies.
pub(crate) fn acquire(root: &Path) -> Result<File, Failure> {
    let path = root.join("target/codegen/lock");
    let cannot = |error: &std::io::Error| files::cannot("lock", &path, error);
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder).map_err(|error| cannot(&error))?;
    }
    let file = OpenOptions::new().create(true).append(true).open(&path).map_err(|error| cannot(&error))?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => {
            eprintln!("note: waiting for another `cargo xtask codegen` to end");
            file.lock().map_err(|error| cannot(&error))?;
            Ok(file)
        }
        Err(TryLockError::Error(error)) => Err(cannot(&error)),
    }
}
