//! `untagd dev` with the site, as a process.

use serde_json::Value;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread::sleep;
use std::time::Duration;
use tempfile::TempDir;

/// How long a test waits for what must come.
const DEADLINE: Duration = Duration::from_mins(1);
const PAUSE: Duration = Duration::from_millis(10);

/// A running service; it ends with this value.
pub(crate) struct Service {
    child: Child,
    _folder: TempDir,
    ready: Value,
}

impl Service {
    /// Starts it with the site of a folder, and waits until it takes requests.
    pub(crate) fn start(site: &Path) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("ready.json");
        let program = program();
        let mut child = Command::new(&program)
            .args(["dev", "--listen", "127.0.0.1:0", "--admin-listen", "127.0.0.1:0", "--docs"])
            .arg(site)
            .arg("--ready-file")
            .arg(&file)
            // What it keeps for a while goes with the folder, also when it is killed.
            .env("TMPDIR", folder.path())
            .stdout(Stdio::null())
            .spawn()
            .unwrap_or_else(|error| {
                panic!("{}: {error}; build it with `cargo build -p untag-service`", program.display())
            });
        for _ in 0..DEADLINE.as_millis() / PAUSE.as_millis() {
            if let Ok(text) = fs::read_to_string(&file) {
                return Self { child, _folder: folder, ready: serde_json::from_str(&text).unwrap() };
            }
            assert_eq!(child.try_wait().unwrap(), None, "untagd has ended");
            sleep(PAUSE);
        }
        panic!("untagd is not ready");
    }

    /// Where it serves the contract, and the site under `/docs`.
    pub(crate) fn endpoint(&self) -> &str {
        self.ready["endpoint"].as_str().unwrap()
    }

    /// A credential that it takes.
    pub(crate) fn token(&self) -> &str {
        self.ready["token"].as_str().unwrap()
    }
}

impl Drop for Service {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The program, which `cargo xtask test` has built beside the tests.
fn program() -> PathBuf {
    let this = std::env::current_exe().unwrap();
    this.ancestors().nth(2).unwrap().join("untagd").with_extension(std::env::consts::EXE_EXTENSION)
}
