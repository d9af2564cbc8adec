//! What the tests share: a home directory of their own, and `untag` in it.

use crate::service::{PROJECT, Service};
use crate::until::{DEADLINE, until};
use rustix::process::{Pid, Signal, kill_process};
use serde_json::Value;
use std::fs::{self, File};
use std::io::{ErrorKind, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread::JoinHandle;
use tempfile::TempDir;

/// A process that does not outlive the test.
pub(crate) struct Running(pub(crate) Child);

impl Running {
    /// Sends it a signal.
    pub(crate) fn signal(&self, signal: Signal) {
        kill_process(Pid::from_child(&self.0), signal).unwrap();
    }

    /// Whether it has ended.
    pub(crate) fn has_ended(&mut self) -> bool {
        self.0.try_wait().unwrap().is_some()
    }

    /// Waits for its end, which must come by itself: its exit code.
    pub(crate) fn end(&mut self) -> i32 {
        until("it ends", || self.0.try_wait().unwrap()).code().unwrap()
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// What a run of `untag` came to.
#[derive(Debug)]
pub(crate) struct Ran {
    pub(crate) code: i32,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl Ran {
    /// What it printed, if it ended with this code.
    #[track_caller]
    pub(crate) fn with(self, code: i32) -> Self {
        assert_eq!(self.code, code, "{}{}", self.stdout, self.stderr);
        self
    }

    /// stdout as the one JSON document that it must be.
    #[track_caller]
    pub(crate) fn json(&self) -> Value {
        let document: Value = serde_json::from_str(&self.stdout).unwrap();
        assert_eq!(document["exit_code"], self.code, "{document}");
        document
    }
}

/// A home directory, and variables.
pub(crate) struct Home {
    folder: TempDir,
    variables: Vec<(String, String)>,
}

impl Home {
    pub(crate) fn new() -> Self {
        Self { folder: TempDir::new_in(env!("CARGO_TARGET_TMPDIR")).unwrap(), variables: Vec::new() }
    }

    /// With an endpoint, a project and a token in the environment.
    pub(crate) fn of(endpoint: &str, token: &str) -> Self {
        Self::new()
            .with("UNTAG_ENDPOINT", endpoint)
            .with("UNTAG_TOKEN", token)
            .with("HUAWEICLOUD_SDK_PROJECT_ID", PROJECT)
    }

    /// With `untagd dev`, whose database is in the same folder, and a token for it.
    pub(crate) fn with_service() -> (Self, Service) {
        let home = Self::new();
        let service = Service::dev(home.path());
        let home = home
            .with("UNTAG_ENDPOINT", service.endpoint())
            .with("UNTAG_TOKEN", service.text("token"))
            .with("HUAWEICLOUD_SDK_PROJECT_ID", PROJECT);
        (home, service)
    }

    /// The same with a variable set, and not as it was before.
    pub(crate) fn with(mut self, name: &str, value: &str) -> Self {
        self = self.without(name);
        self.variables.push((name.to_owned(), value.to_owned()));
        self
    }

    /// The same without a variable.
    pub(crate) fn without(mut self, name: &str) -> Self {
        self.variables.retain(|(found, _)| found != name);
        self
    }

    pub(crate) fn path(&self) -> &Path {
        self.folder.path()
    }

    /// The profile file.
    pub(crate) fn profile(&self) -> PathBuf {
        self.path().join(".huaweicloud/credentials")
    }

    /// Writes the profile file.
    pub(crate) fn write_profile(&self, text: &str) {
        fs::create_dir_all(self.path().join(".huaweicloud")).unwrap();
        fs::write(self.profile(), text).unwrap();
        fs::set_permissions(self.profile(), std::os::unix::fs::PermissionsExt::from_mode(0o600)).unwrap();
    }

    /// `untag` with these arguments, in this home.
    pub(crate) fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_untag"));
        command
            .args(arguments)
            .env_clear()
            .env("HOME", self.path())
            .envs(self.variables.iter().map(|(name, value)| (name, value)))
            .current_dir(self.path());
        command
    }

    /// Starts it without input.
    pub(crate) fn start(&self, arguments: &[&str]) -> Started {
        let (stdout, stderr) = (self.path().join("untag.out"), self.path().join("untag.err"));
        let child = self
            .command(arguments)
            .stdin(Stdio::null())
            .stdout(File::create(&stdout).unwrap())
            .stderr(File::create(&stderr).unwrap())
            .spawn()
            .unwrap();
        Started { child: Running(child), stdout, stderr }
    }

    /// Runs it without input.
    pub(crate) fn run(&self, arguments: &[&str]) -> Ran {
        self.run_with(arguments, "")
    }

    /// Runs it with this on stdin.
    pub(crate) fn run_with(&self, arguments: &[&str], input: &str) -> Ran {
        let mut child = self
            .command(arguments)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        // It need not read all of it, or anything.
        let _ = child.stdin.take().unwrap().write_all(input.as_bytes());
        let output = child.wait_with_output().unwrap();
        Ran {
            code: output.status.code().unwrap(),
            stdout: String::from_utf8(output.stdout).unwrap(),
            stderr: String::from_utf8(output.stderr).unwrap(),
        }
    }
}

/// A run of `untag` that has started, and writes what it says into files.
pub(crate) struct Started {
    child: Running,
    stdout: PathBuf,
    stderr: PathBuf,
}

impl Started {
    /// Waits until it says this on stderr. Fails when it ends without that.
    pub(crate) fn says(&mut self, words: &str) {
        until(words, || {
            let has_ended = self.child.has_ended();
            let said = fs::read_to_string(&self.stderr).unwrap();
            assert!(said.contains(words) || !has_ended, "it ended without {words:?}: {said}");
            said.contains(words).then_some(())
        });
    }

    /// Whether it has ended.
    pub(crate) fn has_ended(&mut self) -> bool {
        self.child.has_ended()
    }

    /// Sends it a signal.
    pub(crate) fn signal(&self, signal: Signal) {
        self.child.signal(signal);
    }

    /// Waits for its end.
    pub(crate) fn end(mut self) -> Ran {
        Ran {
            code: self.child.end(),
            stdout: fs::read_to_string(&self.stdout).unwrap(),
            stderr: fs::read_to_string(&self.stderr).unwrap(),
        }
    }
}

/// A server that reads one request, answers it with this status, and is gone.
pub(crate) struct Recorder {
    pub(crate) endpoint: String,
    thread: JoinHandle<String>,
}

impl Recorder {
    pub(crate) fn answering(answer: &'static str) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let endpoint = format!("http://{}", listener.local_addr().unwrap());
        let thread = std::thread::spawn(move || {
            let (mut stream, _) = listener.accept().unwrap();
            let request = receive(&mut stream);
            stream.write_all(answer.as_bytes()).unwrap();
            request
        });
        Self { endpoint, thread }
    }

    /// The request, whole.
    pub(crate) fn request(self) -> String {
        self.thread.join().unwrap()
    }
}

/// Reads a request with the body that its length announces.
pub(crate) fn receive(stream: &mut TcpStream) -> String {
    stream.set_read_timeout(Some(DEADLINE)).unwrap();
    let mut read = Vec::new();
    let mut bytes = [0; 4096];
    loop {
        let text = String::from_utf8_lossy(&read).into_owned();
        if let Some((head, body)) = text.split_once("\r\n\r\n") {
            let length = head.lines().find_map(|line| {
                let (name, value) = line.split_once(": ")?;
                name.eq_ignore_ascii_case("content-length").then(|| value.parse().unwrap())
            });
            if body.len() >= length.unwrap_or(0) {
                return text;
            }
        }
        let count = match stream.read(&mut bytes) {
            // Where the tests were stopped for a while: a read with a timeout is not begun again.
            Err(error) if error.kind() == ErrorKind::Interrupted => continue,
            read => read.unwrap(),
        };
        assert!(count > 0, "the request broke off: {text}");
        read.extend_from_slice(&bytes[..count]);
    }
}
