//! Runs `untagd`: a command to its end, or a service that runs.

use super::{Answer, Connection, until};
use rustix::process::{Pid, Signal, kill_process};
use serde_json::Value;
use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Output, Stdio};

/// `untagd` with these arguments, and nothing of this process' environment.
pub(crate) fn untagd(arguments: &[&str]) -> Command {
    alone(Command::new(env!("CARGO_BIN_EXE_untagd")), arguments)
}

/// The same, for [`Untagd::limit_files`]: without that, a file beyond the limit ends the process with a signal, which a full disk
/// does not.
pub(crate) fn untagd_with_limits(arguments: &[&str]) -> Command {
    let mut shell = Command::new("sh");
    shell.args(["-c", "trap '' XFSZ && exec \"$0\" \"$@\"", env!("CARGO_BIN_EXE_untagd")]);
    alone(shell, arguments)
}

fn alone(mut command: Command, arguments: &[&str]) -> Command {
    // All clients of a test have one address, and many of them are refused on purpose.
    command.env_clear().env("UNTAGD_MAX_REFUSALS", "0").args(arguments);
    command
}

/// Runs a command of `untagd` to its end.
pub(crate) fn output(arguments: &[&str]) -> Output {
    untagd(arguments).stdin(Stdio::null()).output().unwrap()
}

/// Runs a command that must not become a service: its end must come. It prints less than a pipe holds.
pub(crate) fn refused(mut command: Command) -> Output {
    let child = command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn();
    let mut running = Running(child.unwrap());
    let status = running.end();
    let (mut stdout, mut stderr) = (Vec::new(), Vec::new());
    running.0.stdout.take().unwrap().read_to_end(&mut stdout).unwrap();
    running.0.stderr.take().unwrap().read_to_end(&mut stderr).unwrap();
    Output { status, stdout, stderr }
}

/// A process that does not outlive the test.
#[derive(Debug)]
pub(crate) struct Running(pub(crate) Child);

impl Running {
    /// Sends a signal.
    pub(crate) fn signal(&self, signal: Signal) {
        kill_process(Pid::from_child(&self.0), signal).unwrap();
    }

    /// Waits for its end.
    pub(crate) fn end(&mut self) -> ExitStatus {
        until("the process ends", || self.0.try_wait().unwrap())
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Runs a command of `untagd` that must succeed; what it printed.
pub(crate) fn succeed(arguments: &[&str]) -> String {
    let output = output(arguments);
    assert!(output.status.success(), "{arguments:?}: {}", stderr(&output));
    String::from_utf8(output.stdout).unwrap()
}

/// What a command printed on stderr.
pub(crate) fn stderr(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

/// A running `untagd`.
#[derive(Debug)]
pub(crate) struct Untagd {
    child: Running,
    ready_file: PathBuf,
    log: PathBuf,
    /// What the ready file says.
    pub(crate) ready: Value,
}

impl Untagd {
    /// Starts it on free ports, and waits until it takes requests. Its ready file and its output go into the folder.
    pub(crate) fn start(folder: &Path, arguments: &[&str]) -> Self {
        Self::spawn(folder, untagd(arguments))
    }

    /// The same with a command that becomes `untagd`.
    pub(crate) fn spawn(folder: &Path, mut command: Command) -> Self {
        let (ready_file, log) = (folder.join("ready.json"), folder.join("stderr.log"));
        // One that was killed leaves it behind.
        let _ = std::fs::remove_file(&ready_file);
        let child = command
            .args(["--listen", "127.0.0.1:0", "--admin-listen", "127.0.0.1:0", "--ready-file"])
            .arg(&ready_file)
            .env("TMPDIR", folder)
            .stdin(Stdio::null())
            .stdout(File::create(folder.join("stdout.log")).unwrap())
            .stderr(File::create(&log).unwrap())
            .spawn()
            .unwrap();
        let mut server = Self { child: Running(child), ready_file, log, ready: Value::Null };
        server.ready = until("untagd takes requests", || {
            if let Some(status) = server.child.0.try_wait().unwrap() {
                panic!("untagd ended, {status}: {}", server.log());
            }
            let text = std::fs::read_to_string(&server.ready_file).ok()?;
            Some(serde_json::from_str(&text).expect("a ready file is whole or not there"))
        });
        server
    }

    /// `127.0.0.1:PORT` of the contract.
    pub(crate) fn address(&self) -> &str {
        self.ready["endpoint"].as_str().unwrap().strip_prefix("http://").unwrap()
    }

    /// A new connection.
    pub(crate) fn connect(&self) -> Connection {
        Connection::open(self.address())
    }

    /// What the operator's listener answers.
    pub(crate) fn admin(&self, path: &str) -> Answer {
        let address = self.ready["admin"].as_str().unwrap().strip_prefix("http://").unwrap();
        Connection::open(address).ask(&format!("GET {path} HTTP/1.1\r\nHost: untag.test\r\n\r\n"))
    }

    /// The number of a line of `/metrics`; 0 where there is no such line yet.
    pub(crate) fn figure(&self, name: &str) -> u64 {
        let text = self.admin("/metrics").text();
        let line = text.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(' '));
        line.map_or(0, |number| number.parse().unwrap())
    }

    /// Its process id.
    pub(crate) fn id(&self) -> u32 {
        self.child.0.id()
    }

    /// How large it may make a file: its disk is full, and that takes no disk of its own. Started by [`untagd_with_limits`].
    pub(crate) fn limit_files(&self, limit: &str) {
        let status = Command::new("prlimit")
            .args(["--pid", &self.id().to_string(), &format!("--fsize={limit}:")])
            .status()
            .expect("prlimit runs; it comes with the package util-linux");
        assert!(status.success());
    }

    /// Ends it as a power switch would.
    pub(crate) fn kill(&mut self) {
        self.child.0.kill().unwrap();
        self.child.0.wait().unwrap();
    }

    /// Asks it to end.
    pub(crate) fn terminate(&self) {
        self.child.signal(Signal::TERM);
    }

    /// Waits for its end.
    pub(crate) fn end(&mut self) -> ExitStatus {
        self.child.end()
    }

    /// What it wrote to stderr.
    pub(crate) fn log(&self) -> String {
        std::fs::read_to_string(&self.log).unwrap()
    }

    /// What it wrote to stdout.
    pub(crate) fn printed(&self) -> String {
        std::fs::read_to_string(self.log.with_file_name("stdout.log")).unwrap()
    }

    /// Whether its ready file is there.
    pub(crate) fn has_ready_file(&self) -> bool {
        self.ready_file.exists()
    }
}
