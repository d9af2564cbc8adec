//! `untag apply` as a process.

use crate::support::PROJECT;
use crate::until::until;
use serde_json::Value;
use std::fs::{self, File};
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

/// A run, which does not outlive the test.
pub(crate) struct Running {
    pub(crate) child: Child,
    stdout: PathBuf,
    stderr: PathBuf,
}

impl Running {
    /// Starts it with a folder for what it prints, and perhaps something on stdin.
    pub(crate) fn start(
        endpoint: &str,
        token: &str,
        folder: &Path,
        words: &[&str],
        input: Option<&str>,
    ) -> Self {
        let (stdout, stderr) = (folder.join("stdout"), folder.join("stderr"));
        let mut child = Command::new(env!("CARGO_BIN_EXE_untag"))
            .args(["apply", "--yes", "--output", "json"])
            .args(words)
            .env_clear()
            .env("HOME", folder)
            .env("UNTAG_ENDPOINT", endpoint)
            .env("UNTAG_TOKEN", token)
            .env("HUAWEICLOUD_SDK_PROJECT_ID", PROJECT)
            .stdin(if input.is_some() { Stdio::piped() } else { Stdio::null() })
            .stdout(File::create(&stdout).unwrap())
            .stderr(File::create(&stderr).unwrap())
            .spawn()
            .unwrap();
        if let Some(input) = input {
            child.stdin.take().unwrap().write_all(input.as_bytes()).unwrap();
        }
        Self { child, stdout, stderr }
    }

    /// Whether it has ended.
    pub(crate) fn has_ended(&mut self) -> bool {
        self.child.try_wait().unwrap().is_some()
    }

    /// Waits for its end, which must have this code; its summary, and the most memory that it was seen with, in KiB.
    #[track_caller]
    pub(crate) fn end(mut self, code: i32) -> (Value, u64) {
        let mut peak = 0;
        let status = until("it ends", || {
            peak = peak.max(self.peak().unwrap_or(0));
            self.child.try_wait().unwrap()
        });
        let printed = fs::read_to_string(&self.stdout).unwrap();
        let said = fs::read_to_string(&self.stderr).unwrap();
        assert_eq!(status.code(), Some(code), "{printed}{said}");
        (serde_json::from_str(&printed).unwrap(), peak)
    }

    fn peak(&self) -> Option<u64> {
        let status = fs::read_to_string(format!("/proc/{}/status", self.child.id())).ok()?;
        let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
        line.trim().trim_end_matches(" kB").parse().ok()
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
