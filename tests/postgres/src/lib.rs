//! Real PostgreSQL servers for tests and measurements: private clusters on free loopback ports, run by an unprivileged
//! user, gone with the process that made them however that ends.
//!
//! Everything here blocks, and panics where something fails: its callers can do nothing better.

#![allow(clippy::expect_used, clippy::missing_panics_doc, reason = "made for tests, which panic to fail")]

use std::ffi::OsStr;
use std::fs;
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};

use tempfile::TempDir;

/// What every cluster is told beyond its port. Ordering by language is what a store must not depend on.
const CONFIGURATION: &str = "unix_socket_directories = ''\nlisten_addresses = '127.0.0.1'\n\
     max_connections = 200\nwal_keep_size = '256MB'\n";

/// What a cluster is told besides whose data is of no use tomorrow. Nobody switches the machine off during a test, and
/// what a killed server has written is with the operating system: flushing disks proves nothing there.
const FAST: &str = "fsync = off\nfull_page_writes = off\n";

/// The user that Debian's package makes, for callers that run as root: PostgreSQL refuses to.
const USER: &str = "postgres";

/// A cluster with its server. It is stopped and removed when this is dropped, or when the process ends.
#[derive(Debug)]
pub struct Cluster {
    home: PathBuf,
    port: u16,
    /// Stops the server and removes its files when its standard input ends.
    undertaker: Option<Child>,
    /// How many databases were made.
    databases: AtomicU32,
}

impl Cluster {
    /// Makes a new cluster for tests, and starts its server. Its data survives the server, but not the machine.
    #[must_use]
    #[allow(
        clippy::new_without_default,
        reason = "nothing about a server with a port and a directory is default"
    )]
    pub fn new() -> Self {
        Self::make(TempDir::with_prefix(PREFIX), FAST)
    }

    /// Makes a new cluster for measurements, and starts its server. What it commits is on disk.
    ///
    /// Its files are in a folder of their own below this one, because it is a disk that is measured; the user who runs
    /// the server must be able to reach it.
    #[must_use]
    pub fn durable(below: &Path) -> Self {
        let below = below.canonicalize().expect("the folder is there");
        Self::make(TempDir::with_prefix_in(PREFIX, below), "")
    }

    fn make(home: std::io::Result<TempDir>, settings: &str) -> Self {
        let cluster = Self::place(home);
        cluster
            .tool("initdb", &["-N", "-A", "trust", "-U", USER, "-E", "UTF8"])
            .args(["--locale=C.UTF-8", "--locale-provider=icu", "--icu-locale=en"])
            .arg("-D")
            .arg(cluster.data())
            .success();
        cluster.configure(CONFIGURATION);
        cluster.configure(settings);
        cluster.start()
    }

    /// Makes a standby of this server, which follows it under a name, and starts it.
    #[must_use]
    pub fn standby(&self, name: &str) -> Self {
        let standby = Self::place(TempDir::with_prefix(PREFIX));
        let primary = format!("host=127.0.0.1 port={} user={USER} application_name={name}", self.port);
        standby
            .tool("pg_basebackup", &["-N", "-R", "-X", "stream", "-c", "fast", "-d", &primary])
            .arg("-D")
            .arg(standby.data())
            .success();
        standby.start()
    }

    /// A directory of its own for a cluster, owned by who will run it.
    fn place(home: std::io::Result<TempDir>) -> Self {
        let home = home.expect("a temporary directory can be made").keep();
        if is_root() {
            let owner = Command::new("chown").arg(USER).arg(&home).status().expect("chown runs");
            assert!(owner.success(), "there is no user {USER}: install the Debian package postgresql");
        }
        let mut cluster = Self { home, port: 0, undertaker: None, databases: AtomicU32::new(0) };
        // Signals that end the tests from a terminal reach this process too; it has work to do then.
        let script = "trap '' INT HUP TERM; cat >/dev/null; \
                      \"$1\"/pg_ctl -D \"$2\"/data -m immediate -w stop >/dev/null 2>&1; rm -rf \"$2\" 2>/dev/null";
        cluster.undertaker = Some(
            unprivileged("sh")
                .args(["-c", script, "sh"])
                .arg(binaries())
                .arg(&cluster.home)
                .current_dir("/")
                .stdin(Stdio::piped())
                .stdout(Stdio::null())
                .spawn()
                .expect("a shell runs"),
        );
        cluster
    }

    fn start(mut self) -> Self {
        // The port is free when it is chosen; where somebody else is quicker, another one is.
        for _ in 0..5 {
            let listener = TcpListener::bind("127.0.0.1:0").expect("a loopback port is free");
            self.port = listener.local_addr().expect("it has an address").port();
            drop(listener);
            self.configure(&format!("port = {}\n", self.port));
            if self.control(&["start"]).status().expect("pg_ctl runs").success() {
                return self;
            }
        }
        panic!(
            "PostgreSQL does not start: {}",
            fs::read_to_string(self.home.join("log")).unwrap_or_default()
        );
    }

    /// Appends to the configuration; the last word counts.
    pub fn configure(&self, lines: &str) {
        let path = self.data().join("postgresql.conf");
        let before = fs::read_to_string(&path).expect("there is a configuration");
        fs::write(path, before + "\n" + lines).expect("it can be written");
    }

    /// Puts a file into the cluster's directory that only its server may read.
    #[must_use]
    pub fn secret_file(&self, name: &str, contents: &str) -> PathBuf {
        let path = self.home.join(name);
        fs::write(&path, contents).expect("it can be written");
        let mode = Command::new("chmod").arg("600").arg(&path).status().expect("chmod runs");
        assert!(mode.success());
        if is_root() {
            assert!(Command::new("chown").arg(USER).arg(&path).status().expect("chown runs").success());
        }
        path
    }

    /// Starts the server again after it was stopped.
    pub fn start_again(&self) {
        self.control(&["start"]).success();
    }

    /// Stops the server as a crash would, and starts it again.
    pub fn crash_and_restart(&self) {
        self.control(&["-m", "immediate", "restart"]).success();
    }

    /// Stops the server as a crash would.
    pub fn crash(&self) {
        self.control(&["-m", "immediate", "stop"]).success();
    }

    /// Makes a standby the primary.
    pub fn promote(&self) {
        self.control(&["promote"]).success();
    }

    fn control(&self, words: &[&str]) -> Command {
        let mut command = self.tool("pg_ctl", words);
        command.args(["-w", "-t", "60", "-s", "-D"]).arg(self.data()).arg("-l").arg(self.home.join("log"));
        command
    }

    fn tool(&self, name: &str, words: &[&str]) -> Command {
        let mut command = unprivileged(binaries().join(name));
        // Its own files are all that the user is sure to be allowed to see.
        command.args(words).current_dir(&self.home).stdin(Stdio::null()).stdout(Stdio::null());
        command
    }

    fn data(&self) -> PathBuf {
        self.home.join("data")
    }

    /// The loopback port of the server.
    #[must_use]
    pub fn port(&self) -> u16 {
        self.port
    }

    /// The connection string of a database.
    #[must_use]
    pub fn url(&self, database: &str) -> String {
        format!("postgres://{USER}@127.0.0.1:{}/{database}", self.port)
    }

    /// Makes an empty database, and answers its connection string.
    #[must_use]
    pub fn database(&self) -> String {
        let name = format!("test{}", self.databases.fetch_add(1, Ordering::Relaxed));
        let port = self.port.to_string();
        self.tool(
            "createdb",
            &["-h", "127.0.0.1", "-p", &port, "-U", USER, "--maintenance-db=postgres", &name],
        )
        .success();
        self.url(&name)
    }

    /// Runs statements in a database, as somebody else than the program under test.
    pub fn execute(&self, database_url: &str, statements: &str) {
        self.tool("psql", &["-X", "-q", "-v", "ON_ERROR_STOP=1", "-d", database_url, "-c", statements])
            .success();
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        if let Some(mut undertaker) = self.undertaker.take() {
            drop(undertaker.stdin.take());
            let _ = undertaker.wait();
            // Who runs the server may empty it; where the folder above is not theirs, they cannot take it away.
            let _ = fs::remove_dir(&self.home);
        }
    }
}

/// The server that the tests of one process share. Each has a database of its own.
pub fn shared() -> &'static Cluster {
    static SHARED: OnceLock<Cluster> = OnceLock::new();
    SHARED.get_or_init(Cluster::new)
}

/// How the directories of clusters are named.
const PREFIX: &str = "untag-postgres-";

/// A short way to run a tool that must succeed.
trait Success {
    fn success(&mut self);
}

impl Success for Command {
    fn success(&mut self) {
        let output = self.stderr(Stdio::piped()).output().expect("the tool runs");
        assert!(output.status.success(), "{self:?}: {}", String::from_utf8_lossy(&output.stderr));
    }
}

fn is_root() -> bool {
    let id = Command::new("id").arg("-u").output().expect("id runs");
    id.stdout == b"0\n"
}

/// A command that runs as a user PostgreSQL accepts.
fn unprivileged(program: impl AsRef<OsStr>) -> Command {
    if is_root() {
        let mut command = Command::new("setpriv");
        command.args(["--reuid", USER, "--regid", USER, "--init-groups", "--"]).arg(program);
        command
    } else {
        Command::new(program)
    }
}

/// Where the newest installed PostgreSQL keeps its programs. Debian keeps them out of the search path.
fn binaries() -> &'static Path {
    static BINARIES: OnceLock<PathBuf> = OnceLock::new();
    BINARIES.get_or_init(|| {
        let versions = fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten();
        let installed = versions.filter_map(|version| {
            let number: u32 = version.file_name().to_str()?.parse().ok()?;
            let binaries = version.path().join("bin");
            binaries.join("initdb").exists().then_some((number, binaries))
        });
        let (number, binaries) =
            installed.max().expect("no PostgreSQL here: install the Debian package postgresql");
        assert!(number >= 15, "PostgreSQL {number} is too old for the tests: 15 or newer is needed");
        binaries
    })
}
