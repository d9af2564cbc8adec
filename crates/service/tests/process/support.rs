//! Starts `untagd`, waits for it, and speaks HTTP/1.1 to it, byte by byte.

use serde_json::Value;
use std::fmt::Write as _;
use std::io::{self, Read, Write};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Output, Stdio};
use std::thread::sleep;
use std::time::Duration;
use tempfile::TempDir;
use untag_identity::make_token;
use untag_store::sqlite::{SqliteOptions, SqliteStore};
use untag_store::{AuditEntry, AuditFilter, ResourceKey, Store, Tags};

/// The project of every test.
pub(crate) const PROJECT: &str = "0123456789abcdef0123456789abcdef";

/// The account that the project belongs to.
pub(crate) const ACCOUNT: &str = "d0c0ffee0000000000000000000000d0";

/// How long a test waits for what must come: much longer than a busy machine needs.
const DEADLINE: Duration = Duration::from_mins(1);

/// Waits until there is something.
pub(crate) fn until<T>(what: &str, mut look: impl FnMut() -> Option<T>) -> T {
    const PAUSE: Duration = Duration::from_millis(2);
    for _ in 0..DEADLINE.as_millis() / PAUSE.as_millis() {
        if let Some(found) = look() {
            return found;
        }
        sleep(PAUSE);
    }
    panic!("waited in vain: {what}");
}

/// A folder on the disk that the build is on, not in memory: a commit is to cost what it costs.
pub(crate) fn folder() -> TempDir {
    TempDir::new_in(env!("CARGO_TARGET_TMPDIR")).unwrap()
}

/// `untagd` with these arguments, and nothing of this process' environment.
pub(crate) fn untagd(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_untagd"));
    command.env_clear().args(arguments);
    command
}

/// Runs a command of `untagd` to its end.
pub(crate) fn output(arguments: &[&str]) -> Output {
    untagd(arguments).stdin(Stdio::null()).output().unwrap()
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
    child: Child,
    ready_file: PathBuf,
    log: PathBuf,
    /// What the ready file says.
    pub(crate) ready: Value,
}

impl Untagd {
    /// Starts it on free ports, and waits until it takes requests. Its ready file and its output go into the folder.
    pub(crate) fn start(folder: &Path, arguments: &[&str]) -> Self {
        let (ready_file, log) = (folder.join("ready.json"), folder.join("stderr.log"));
        // One that was killed leaves it behind.
        let _ = std::fs::remove_file(&ready_file);
        let mut child = untagd(arguments)
            .args(["--listen", "127.0.0.1:0", "--admin-listen", "127.0.0.1:0", "--ready-file"])
            .arg(&ready_file)
            .env("TMPDIR", folder)
            .stdin(Stdio::null())
            .stdout(std::fs::File::create(folder.join("stdout.log")).unwrap())
            .stderr(std::fs::File::create(&log).unwrap())
            .spawn()
            .unwrap();
        let ready = until("untagd takes requests", || {
            if let Some(status) = child.try_wait().unwrap() {
                panic!("untagd ended, {status}: {}", std::fs::read_to_string(&log).unwrap());
            }
            let text = std::fs::read_to_string(&ready_file).ok()?;
            Some(serde_json::from_str(&text).expect("a ready file is whole or not there"))
        });
        Self { child, ready_file, log, ready }
    }

    /// `127.0.0.1:PORT` of the contract.
    pub(crate) fn address(&self) -> &str {
        self.ready["endpoint"].as_str().unwrap().strip_prefix("http://").unwrap()
    }

    /// A new connection.
    pub(crate) fn connect(&self) -> Connection {
        Connection::open(self.address())
    }

    /// Ends it as a power switch would.
    pub(crate) fn kill(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    /// Asks it to end.
    pub(crate) fn terminate(&self) {
        let pid = rustix::process::Pid::from_child(&self.child);
        rustix::process::kill_process(pid, rustix::process::Signal::TERM).unwrap();
    }

    /// Waits for its end.
    pub(crate) fn end(&mut self) -> ExitStatus {
        until("untagd ends", || self.child.try_wait().unwrap())
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

impl Drop for Untagd {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Somebody who may do everything in the project; writes the authentication file.
pub(crate) fn account(file: &Path) -> String {
    let token = make_token().unwrap();
    let text = format!(
        "[[users]]\nid = \"ana\"\nname = \"Ana\"\naccount = \"{ACCOUNT}\"\nprojects = [\"{PROJECT}\"]\n\
         is_account = true\n\n[[tokens]]\nsha256 = \"{}\"\nuser = \"ana\"\n",
        token.sha256
    );
    std::fs::write(file, text).unwrap();
    token.text
}

/// An answer.
#[derive(Debug)]
pub(crate) struct Answer {
    /// The status.
    pub(crate) status: u16,
    head: String,
    body: Vec<u8>,
}

impl Answer {
    /// The value of a header that must be there.
    pub(crate) fn header(&self, name: &str) -> &str {
        self.find(name).unwrap_or_else(|| panic!("no {name} in {}", self.head))
    }

    fn find(&self, name: &str) -> Option<&str> {
        self.head.lines().find_map(|line| {
            let (found, value) = line.split_once(':')?;
            found.eq_ignore_ascii_case(name).then(|| value.trim())
        })
    }

    /// Whether the server says that the connection ends with it.
    pub(crate) fn is_last(&self) -> bool {
        self.find("connection").is_some_and(|value| value.eq_ignore_ascii_case("close"))
    }

    /// The body as JSON.
    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap()
    }
}

/// A kept-alive connection.
#[derive(Debug)]
pub(crate) struct Connection {
    stream: TcpStream,
    read: Vec<u8>,
}

impl Connection {
    pub(crate) fn open(address: &str) -> Self {
        let stream = TcpStream::connect(address).unwrap();
        stream.set_read_timeout(Some(DEADLINE)).unwrap();
        stream.set_nodelay(true).unwrap();
        Self { stream, read: Vec::new() }
    }

    /// Sends a request.
    pub(crate) fn send(&mut self, request: &str) -> io::Result<()> {
        self.stream.write_all(request.as_bytes())
    }

    /// Reads a whole answer. An end after part of one is `InvalidData`, before it `UnexpectedEof`.
    pub(crate) fn receive(&mut self) -> io::Result<Answer> {
        let end = loop {
            if let Some(end) = self.read.windows(4).position(|four| four == b"\r\n\r\n") {
                break end + 4;
            }
            self.more()?;
        };
        let head = String::from_utf8(self.read[..end].to_vec()).unwrap();
        let status = head.strip_prefix("HTTP/1.1 ").and_then(|rest| rest.get(..3)).unwrap().parse().unwrap();
        let mut answer = Answer { status, head, body: Vec::new() };
        let length = match answer.find("content-length") {
            Some(length) => length.parse().unwrap(),
            None if status == 204 => 0,
            None => panic!("an answer without length: {}", answer.head),
        };
        while self.read.len() < end + length {
            self.more()?;
        }
        answer.body = self.read[end..end + length].to_vec();
        self.read.drain(..end + length);
        Ok(answer)
    }

    /// Sends a request and reads its answer, both of which must succeed.
    pub(crate) fn ask(&mut self, request: &str) -> Answer {
        self.send(request).unwrap();
        self.receive().unwrap()
    }

    fn more(&mut self) -> io::Result<()> {
        let mut bytes = [0; 4096];
        match self.stream.read(&mut bytes) {
            Ok(0) | Err(_) if !self.read.is_empty() => Err(io::ErrorKind::InvalidData.into()),
            Ok(0) => Err(io::ErrorKind::UnexpectedEof.into()),
            Ok(count) => {
                self.read.extend_from_slice(&bytes[..count]);
                Ok(())
            }
            Err(error) => Err(error),
        }
    }
}

/// The request that removes one tag of a desktop.
pub(crate) fn delete_desktop_tag(token: &str, desktop: &str, key: &str) -> String {
    let key = encode(key);
    format!(
        "DELETE /v2/{PROJECT}/desktops/{desktop}/tags/{key} HTTP/1.1\r\nHost: untag.test\r\n\
         X-Auth-Token: {token}\r\n\r\n"
    )
}

/// The request that removes several tags of a resource. `body` is JSON.
pub(crate) fn batch_untag(token: &str, kind: &str, id: &str, body: &Value) -> String {
    let body = body.to_string();
    format!(
        "DELETE /v1/{PROJECT}/{kind}/{id}/tags/delete HTTP/1.1\r\nHost: untag.test\r\nX-Auth-Token: {token}\r\n\
         Content-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    )
}

/// A path segment in which nothing but unreserved characters stands bare.
fn encode(text: &str) -> String {
    let mut encoded = String::new();
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            encoded.push(byte.into());
        } else {
            write!(encoded, "%{byte:02X}").unwrap();
        }
    }
    encoded
}

/// All that a database holds, read by this process.
#[derive(Debug, PartialEq)]
pub(crate) struct Contents {
    /// Every resource.
    pub(crate) resources: Vec<(ResourceKey, Tags)>,
    /// The audit trail, oldest first.
    pub(crate) trail: Vec<AuditEntry>,
}

/// Reads a database, which `untagd` may have open meanwhile.
pub(crate) fn contents(database: &Path) -> Contents {
    const PAGE: usize = 4096;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let options = SqliteOptions { create: false, ..SqliteOptions::default() };
        let store = SqliteStore::open(database, options).unwrap();
        let (mut resources, mut trail) = (Vec::new(), Vec::new());
        loop {
            let after = resources.last().map(|(key, _): &(ResourceKey, Tags)| key.clone());
            let page = store.scan(after, PAGE).await.unwrap();
            if page.is_empty() {
                break;
            }
            resources.extend(page);
        }
        loop {
            let after = trail.last().map(|entry: &AuditEntry| entry.position.clone());
            let page = store.audit(AuditFilter::default(), after, PAGE).await.unwrap();
            if page.is_empty() {
                break;
            }
            trail.extend(page);
        }
        store.close().await.unwrap();
        Contents { resources, trail }
    })
}

/// Numbers that look random and are the same each time: xorshift64*.
#[derive(Debug)]
pub(crate) struct Random(u64);

impl Random {
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed | 1)
    }

    /// A number from 0 up to, but not including, this one.
    pub(crate) fn below(&mut self, end: usize) -> usize {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        let high = self.0.wrapping_mul(0x2545_F491_4F6C_DD1D) >> 33;
        usize::try_from(high).unwrap() % end
    }

    /// Puts a list into any order.
    pub(crate) fn shuffle<T>(&mut self, list: &mut [T]) {
        for last in (1..list.len()).rev() {
            list.swap(last, self.below(last + 1));
        }
    }
}
