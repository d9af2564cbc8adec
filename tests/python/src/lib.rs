//! Python environments for tests: what stands at the other end of the wire and is written in Python, such as Keystone and the
//! provider's SDK.
//!
//! Everything here blocks, and panics where something fails: its callers can do nothing better.

#![allow(clippy::expect_used, clippy::missing_panics_doc, reason = "made for tests, which panic to fail")]

use std::fs::{self, File};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

/// The interpreter of a virtual environment with these requirements, every one of them with its version. It is made once
/// for each text, in a folder below this one.
#[must_use]
pub fn environment(below: &Path, requirements: &str) -> PathBuf {
    let mut hasher = DefaultHasher::new();
    requirements.hash(&mut hasher);
    let folder = below.join(format!("python-{:016x}", hasher.finish()));
    fs::create_dir_all(&folder).expect("a folder for the environment");
    // Two runs at a time must not install into one folder.
    let lock = File::create(folder.join("lock")).expect("a file to lock");
    lock.lock().expect("a lock");
    let (environment, complete) = (folder.join("venv"), folder.join("complete"));
    let python = environment.join("bin/python");
    if !complete.exists() {
        if environment.exists() {
            fs::remove_dir_all(&environment).expect("a broken environment can be removed");
        }
        run(Command::new("python3").args(["-m", "venv"]).arg(&environment));
        let list = folder.join("requirements.txt");
        fs::write(&list, requirements).expect("a list of requirements");
        run(Command::new(&python)
            .args(["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--requirement"])
            .arg(&list));
        fs::write(complete, "").expect("a mark");
    }
    python
}

/// Runs a command to its end; what it wrote. Where it fails, so does the test, and says what may be missing.
pub fn run(command: &mut Command) -> Output {
    let shown = format!("{command:?}");
    let output = command.stdin(Stdio::null()).output().unwrap_or_else(|error| {
        panic!("{shown}: {error}; install the Debian packages python3, python3-venv and python3-pip")
    });
    assert!(
        output.status.success(),
        "{shown}: {}\n{}{}\nIt needs the Debian packages python3, python3-venv and python3-pip, and a PyPI to install from",
        output.status,
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr),
    );
    output
}
