//! A terminal as a reader has it: commands that end, and programs that go on.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, ChildStdout, Command, Stdio};

/// A shell that knows nothing of this machine's services and credentials.
pub fn shell(script: &str, folder: &Path) -> Command {
    let mut shell = Command::new("sh");
    shell.args(["-euc", script]).current_dir(folder);
    let is_ours = |name: &str| name.starts_with("UNTAG") || name.starts_with("HUAWEICLOUD");
    for (name, _) in std::env::vars_os().filter(|(name, _)| name.to_str().is_some_and(is_ours)) {
        shell.env_remove(name);
    }
    shell.env("NO_PROXY", "127.0.0.1").env("no_proxy", "127.0.0.1");
    shell
}

/// Runs a script in a shell, as a reader would, and returns exit code and output.
pub fn run(script: &str, folder: &Path) -> (Option<i32>, String) {
    let output = shell(script, folder).output().expect("a shell");
    let text = [output.stdout, output.stderr].concat();
    (output.status.code(), String::from_utf8_lossy(&text).into_owned())
}

/// Runs a script that must succeed; what it wrote to stdout.
pub fn stdout(script: &str, folder: &Path) -> String {
    let output = shell(script, folder).output().expect("a shell");
    let seen = String::from_utf8(output.stdout).expect("text").trim_end().to_owned();
    assert!(output.status.success(), "{script}: {seen}{}", String::from_utf8_lossy(&output.stderr));
    seen
}

/// Whether curl is there. Without it, this says loudly what is not checked, and fails in CI.
pub fn has_curl(unchecked: &str) -> bool {
    let found = Command::new("curl")
        .arg("--version")
        .stdout(Stdio::null())
        .status()
        .is_ok_and(|status| status.success());
    assert!(found || std::env::var_os("CI").is_none(), "CI needs curl: install the package `curl`");
    if !found {
        eprintln!("NOT CHECKED: {unchecked}, because there is no curl; install the package `curl`");
    }
    found
}

/// A program that a script becomes; it ends with this value.
pub struct Running {
    process: Child,
    output: BufReader<ChildStdout>,
}

impl Running {
    /// Starts a script whose last command is `exec` of the program, so that there is one process to end. Its temporary
    /// files go into the folder.
    pub fn start(script: &str, folder: &Path, temporary: &Path) -> Self {
        let mut process = shell(script, folder)
            .env("TMPDIR", temporary)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .spawn()
            .expect("a shell");
        let output = BufReader::new(process.stdout.take().expect("its output is piped"));
        Self { process, output }
    }

    /// The next line that it prints.
    pub fn line(&mut self) -> String {
        let mut line = String::new();
        let count = self.output.read_line(&mut line).expect("text");
        assert!(count > 0, "the program ended");
        line.trim_end().to_owned()
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
